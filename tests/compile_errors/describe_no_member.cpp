// expect: .town. is not a member of .Place.|no member named 'town'
#include <codex/describe.hpp>

struct Place {
  std::string city;
};
#ifdef RIGHT
CODEX_DESCRIBE(Place, city)
#else
CODEX_DESCRIBE(Place, city, (town, "There is none"))
#endif
