// expect: address of stack memory associated with local variable 'codex' returned
// g++ cannot tell
#include <codex/codex.hpp>

#ifdef RIGHT
codex::Thread start(const codex::Codex& codex) {
#else
codex::Thread start() {
  const codex::Codex codex;
#endif
  return codex.thread_start();
}
