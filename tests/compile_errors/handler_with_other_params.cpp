// expect: a handler takes the params of its own request
#include <codex/codex.hpp>

using namespace codex::protocol;

codex::Handlers handlers() {
#ifdef RIGHT
  using Params = CommandExecutionRequestApprovalParams;
#else
  using Params = FileChangeRequestApprovalParams;
#endif
  return {.command_approval = [](const Params&) { return codex::approvals::accept(); }};
}
