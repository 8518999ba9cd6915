// The agent asks before it does more than its sandbox allows, and a person says yes or no. On a
// real terminal, use the more careful `codex::approvals::ask_on_terminal`.

#include <iostream>
#include <string>

#include <codex/codex.hpp>

#include "support/model.hpp"

namespace {

namespace types = codex::protocol;

// Handlers run on threads of the SDK, several at once. Here one turn runs at a time, so there is
// only one question at a time.
codex::approvals::Decision ask(const std::string& question) {
  std::cout << question << " [y/n] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  std::cout << '\n';
  return answer == "y" ? codex::approvals::accept() : codex::approvals::decline();
}

codex::Handlers handlers() {
  return {
      .command_approval =
          [](const types::CommandExecutionRequestApprovalParams& command) {
            // On one line each, so that the command cannot imitate the text after it.
            return ask("Run " +
                       codex::printable_line(command.command.value_or("(it does not say what)")) +
                       "\nin " + codex::printable_line(command.cwd.value_or("(no folder)")) + "?");
          },
      .file_change_approval =
          [](const types::FileChangeRequestApprovalParams&, const codex::HandlerContext& context) {
            std::string paths;  // last, since a long diff scrolls out of sight
            for (const auto& change : context.changes()) {
              std::cout << codex::printable(change.diff);
              paths += "\n" + codex::printable_line(change.path);
            }
            return ask("Apply this to" + (paths.empty() ? "\n(it does not say what)" : paths) +
                       "?");
          },
      .on_problem =
          [](const codex::HandlerProblem& problem) {
            std::cerr << problem.method << ": " << codex::printable(problem.message) << '\n';
          },
  };
}

}  // namespace

int main(int argc, char** argv) try {
  const example::Model model(argc, argv);
  auto config = model.config();
  config.handlers = handlers();
  codex::Codex codex(config);
  const auto thread = codex.thread_start(
      {.approval_mode = codex::ApprovalMode::ask, .sandbox = codex::Sandbox::read_only});

  for (const char* task : {"Run a command that writes hello into note.txt.",
                           "Patch in a file poem.txt with one line of a poem."}) {
    for (const auto& item : thread.run(task).items) {
      if (const auto* command = item.as<types::CommandExecutionThreadItem>()) {
        std::cout << "The command: " << command->status.name() << '\n';
      } else if (const auto* patch = item.as<types::FileChangeThreadItem>()) {
        std::cout << "The patch: " << patch->status.name() << '\n';
      }
    }
  }
} catch (const codex::CodexError& error) {
  std::cerr << codex::printable(error.what()) << '\n';
  return 1;
}
