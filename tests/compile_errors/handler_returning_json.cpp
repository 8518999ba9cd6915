// expect: a handler returns the response of its own request
#include <codex/codex.hpp>

using namespace codex::protocol;

codex::Handlers handlers() {
#ifdef RIGHT
  using Answer = CommandExecutionRequestApprovalResponse;
#else
  using Answer = codex::Json;
#endif
  return {.command_approval = [](const CommandExecutionRequestApprovalParams&) {
    return Answer{codex::approvals::accept()};
  }};
}
