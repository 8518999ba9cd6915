// A program with an agent that runs a command without an end, for tests of who ends what. It says
// "PID" of its runtime once the command runs, and sleeps. usage: windows_agent COMMAND

#include <windows.h>

#include <iostream>
#include <string>

#include <codex/codex.hpp>
#include <codex/testing.hpp>

namespace {

using codex::testing::MockModel;
using codex::testing::Reply;

/// By cmd.exe: wine's PowerShell runs nothing.
Reply run(const std::string& command) {
  return Reply().tool_call("exec_command", {{"cmd", command}, {"shell", "cmd.exe"}});
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) return 2;
  MockModel model;
  model.reply(run(argv[1]));
  codex::Codex codex(model.config());
  const auto thread = codex.thread_start(
      {.approval_mode = codex::ApprovalMode::deny_all, .sandbox = codex::Sandbox::full_access});
  auto turn = thread.turn("Run it");
  for (const codex::Notification& event : turn.stream()) {
    const auto begun = event.as<codex::protocol::notifications::ItemStarted>();
    if (!begun || !begun->item.is<codex::protocol::CommandExecutionThreadItem>()) continue;
    std::cout << *codex.process_id() << std::endl;
    ::Sleep(INFINITE);
  }
  std::cout << "no command was run" << std::endl;
} catch (const std::exception& error) {
  std::cout << error.what() << std::endl;
  return 1;
}
