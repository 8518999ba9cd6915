// expect: A tool returns nothing, a text
#include <codex/codex.hpp>

struct Weather {
  int degrees = 0;
};

codex::Tool forecast() {
#ifdef RIGHT
  return codex::tool("forecast", "Weather", [] { return codex::Json{{"degrees", 20}}; });
#else
  return codex::tool("forecast", "Weather", [] { return Weather{.degrees = 20}; });
#endif
}
