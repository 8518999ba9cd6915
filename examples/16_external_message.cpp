// A message from elsewhere: the model treats it as tool output, not as the user's words.

#include <iostream>

#include <codex/codex.hpp>

#include "support/model.hpp"

int main(int argc, char** argv) try {
  const example::Model model(argc, argv);
  codex::Codex codex(model.config());

  auto thread = codex.thread_start({.sandbox = codex::Sandbox::read_only});
  (void)thread.run("Tell me in one sentence of each message that comes.");

  const auto result = thread.run(codex::ExternalMessage{
      .tool_name = "notifications", .content = "The build is green.", .namespace_ = "ci"});
  for (const auto& item : result.items) {
    if (const auto* message = item.as<codex::protocol::FunctionCallOutputThreadItem>()) {
      std::cout << "From:   " << codex::printable_line(message->namespace_.value_or("")) << '/'
                << codex::printable_line(message->name) << '\n';
    }
  }
  std::cout << "Answer: " << codex::printable(result.final_response.value_or("(none)")) << '\n';
} catch (const codex::CodexError& error) {
  std::cerr << codex::printable(error.what()) << '\n';
  return 1;
}
