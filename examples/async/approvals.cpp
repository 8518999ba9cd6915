// The agent asks before it does more than its sandbox allows, and a person says yes or no. The
// handlers are coroutines, so they can wait for the person. On a real terminal, use the more
// careful `codex::approvals::ask_on_terminal`.

#include <iostream>
#include <string>
#include <utility>

#include <codex/async.hpp>

#include "support/model.hpp"

namespace {

namespace types = codex::protocol;

/// Blocks its event loop until there is an answer. A program with a window would await a dialog
/// instead.
codex::Task<codex::approvals::Decision> ask(std::string question) {
  std::cout << question << " [y/n] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  std::cout << '\n';
  co_return answer == "y" ? codex::approvals::accept() : codex::approvals::decline();
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

codex::Task<> run(codex::AsyncCodex& codex) {
  auto start = codex.thread_start(
      {.approval_mode = codex::ApprovalMode::ask, .sandbox = codex::Sandbox::read_only});
  const auto thread = co_await start;

  for (const std::string task : {"Run a command that writes hello into note.txt.",
                                 "Patch in a file poem.txt with one line of a poem."}) {
    const auto result = co_await thread.run(task);
    for (const auto& item : result.items) {
      if (const auto* command = item.as<types::CommandExecutionThreadItem>()) {
        std::cout << "The command: " << command->status.name() << '\n';
      } else if (const auto* patch = item.as<types::FileChangeThreadItem>()) {
        std::cout << "The patch: " << patch->status.name() << '\n';
      }
    }
  }
}

}  // namespace

int main(int argc, char** argv) try {
  const example::Model model(argc, argv);
  auto config = model.config();
  config.handlers = handlers();
  codex::AsyncCodex codex(std::move(config));
  codex::sync_wait(run(codex));
} catch (const codex::CodexError& error) {
  std::cerr << codex::printable(error.what()) << '\n';
  return 1;
}
