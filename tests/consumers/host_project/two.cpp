#include <codex/async.hpp>
#include <codex/protocol.hpp>

namespace host {

codex::Json encoded(const codex::protocol::ThreadItem& item) { return codex::Json(item); }

codex::Task<codex::TurnResult> asked(codex::AsyncThread thread) {
  co_return co_await thread.run("Hi");
}

}  // namespace host
