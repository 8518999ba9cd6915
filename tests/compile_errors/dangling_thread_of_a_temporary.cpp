// expect: temporary whose address is used as value of local variable 'thread' will be destroyed
// g++ cannot tell
#include <codex/codex.hpp>

codex::TurnResult greet() {
#ifdef RIGHT
  const codex::Codex codex;
  const auto thread = codex.thread_start();
#else
  const auto thread = codex::Codex().thread_start();
#endif
  return thread.run("Hello");
}
