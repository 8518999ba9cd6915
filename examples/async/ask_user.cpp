// The agent asks the user. The runtime allows that in plan mode.

#include <cstddef>
#include <iostream>
#include <string>
#include <utility>

#include <codex/async.hpp>

#include "support/model.hpp"

namespace {

/// Takes the number of an option.
codex::Task<codex::Answers> ask(codex::protocol::ToolRequestUserInputParams asked) {
  codex::Answers answers;
  for (const auto& question : asked.questions) {
    std::cout << codex::printable(question.question) << '\n';
    std::size_t number = 0;
    if (question.options) {
      for (const auto& option : *question.options) {
        std::cout << "  " << ++number << ". " << codex::printable_line(option.label) << ": "
                  << codex::printable_line(option.description) << '\n';
      }
    }
    std::string line;
    std::getline(std::cin, line);
    const bool is_number = !line.empty() && line.find_first_not_of("0123456789") == line.npos;
    if (is_number && number != 0) {
      answers.choose(question, std::stoul(line) - 1);
    } else if (!line.empty()) {
      answers.add(question, line);
    }
  }
  co_return answers;
}

codex::Task<> run(codex::AsyncCodex& codex) {
  std::string model_name;
  const auto models = co_await codex.models();
  for (const auto& offered : models.data) {
    if (offered.is_default) model_name = offered.model;
  }
  const codex::Json plan{{"mode", "plan"}, {"settings", {{"model", model_name}}}};
  const auto thread = co_await codex.thread_start();
  auto turn = thread.run("Ask me which color the button shall have.",
                         {.extra_params = {{"collaborationMode", plan}}});
  const auto result = co_await turn;
  std::cout << codex::printable(result.final_response.value_or("(no answer)")) << '\n';
}

}  // namespace

int main(int argc, char** argv) try {
  const example::Model model(argc, argv);
  auto config = model.config();
  config.handlers.user_input = ask;
  codex::AsyncCodex codex(std::move(config));
  codex::sync_wait(run(codex));
} catch (const codex::CodexError& error) {
  std::cerr << codex::printable(error.what()) << '\n';
  return 1;
}
