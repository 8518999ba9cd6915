// expect: ThreadStartOptions\{...\} says which option
#include <codex/async.hpp>

codex::Task<codex::AsyncThread> start(const codex::AsyncCodex& codex) {
#ifdef RIGHT
  auto task = codex.thread_start({.model = "gpt-5"});
#else
  auto task = codex.thread_start({.modell = "gpt-5"});
#endif
  co_return co_await task;
}
