// expect: a handler returns the response of its own request
#include <codex/codex.hpp>

using namespace codex::protocol;

codex::Handlers handlers() {
#ifdef RIGHT
  using Response = CommandExecutionRequestApprovalResponse;
#else
  using Response = FileChangeRequestApprovalResponse;
#endif
  return {.command_approval = [](const CommandExecutionRequestApprovalParams&) -> Response {
    return codex::approvals::accept();
  }};
}
