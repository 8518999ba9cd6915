// expect: this is the task, not its value: co_await it
#include <codex/async.hpp>

codex::Task<std::string> start(const codex::AsyncCodex& codex) {
#ifdef RIGHT
  codex::AsyncThread thread = co_await codex.thread_start();
#else
  codex::AsyncThread thread = codex.thread_start();
#endif
  co_return thread.id();
}
