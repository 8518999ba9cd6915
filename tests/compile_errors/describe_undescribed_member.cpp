// expect: This type is not described
#include <codex/describe.hpp>

enum class Unit { celsius, fahrenheit };
#ifdef RIGHT
CODEX_DESCRIBE_ENUM(Unit, celsius, fahrenheit)
#endif

struct Place {
  std::string city;
  Unit unit;
};
CODEX_DESCRIBE(Place, city, unit)
