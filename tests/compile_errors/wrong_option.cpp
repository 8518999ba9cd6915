// expect: NoSuchOption|'modell' does not refer to any field .*did you mean 'model'
#include <codex/codex.hpp>

codex::Thread start(const codex::Codex& codex) {
#ifdef RIGHT
  return codex.thread_start({.model = "gpt-5"});
#else
  return codex.thread_start({.modell = "gpt-5"});
#endif
}
