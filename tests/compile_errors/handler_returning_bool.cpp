// expect: a decision such as codex::approvals::accept\(\) or codex::approvals::decline\(\)
#include <codex/codex.hpp>

using namespace codex::protocol;

const codex::Handlers handlers{
    .command_approval = [](const CommandExecutionRequestApprovalParams& asked) {
#ifdef RIGHT
      return asked.command ? codex::approvals::accept() : codex::approvals::decline();
#else
      return asked.command.has_value();
#endif
    }};
