// expect: designator order for field .*cwd|'model' will be initialized after field 'cwd'
#include <codex/codex.hpp>

codex::Thread start(const codex::Codex& codex) {
#ifdef RIGHT
  return codex.thread_start({.cwd = "/repo", .model = "gpt-5"});
#else
  return codex.thread_start({.model = "gpt-5", .cwd = "/repo"});
#endif
}
