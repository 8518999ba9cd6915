// expect: co_await it: until then, a task does nothing
#include <codex/async.hpp>

codex::Task<> compact(codex::AsyncThread thread) {
#ifdef RIGHT
  co_await thread.compact();
#else
  thread.compact();
#endif
  co_return;
}
