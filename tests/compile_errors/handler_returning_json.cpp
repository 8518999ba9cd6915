// expect: a handler returns the response of its own request
#include <codex/codex.hpp>

using namespace codex::protocol;

codex::Handlers handlers() {
  return {.command_approval = [](const CommandExecutionRequestApprovalParams&) {
    const codex::Json answer{{"decision", "accept"}};
#ifdef RIGHT
    return answer.get<CommandExecutionRequestApprovalResponse>();
#else
    return answer;
#endif
  }};
}
