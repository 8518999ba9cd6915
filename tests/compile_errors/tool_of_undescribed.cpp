// expect: The arguments of a tool are a struct with a CODEX_DESCRIBE
#include <codex/codex.hpp>
#include <codex/describe.hpp>

struct Place {
  std::string city;
};
#ifdef RIGHT
CODEX_DESCRIBE(Place, city)
#endif

codex::Tool forecast() {
  return codex::tool("forecast", "Weather for a city",
                     [](const Place& place) { return "sunny in " + place.city; });
}
