// expect: CODEX_DESCRIBE needs #include <codex/describe.hpp>
#include <codex/codex.hpp>
#ifdef RIGHT
#include <codex/describe.hpp>
#endif

struct Place {
  std::string city;
};
CODEX_DESCRIBE(Place, city)
