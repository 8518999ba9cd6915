// expect: NoSuchOption|'output' does not refer to any field
#include <codex/codex.hpp>

codex::TurnResult ask(const codex::Thread& thread) {
#ifdef RIGHT
  return thread.run("Where to?", {.output_schema = codex::Json::object()});
#else
  return thread.run("Where to?", {.output = codex::Json::object()});
#endif
}
