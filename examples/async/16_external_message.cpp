// A message from elsewhere: the model treats it as tool output, not as the user's words.

#include <iostream>

#include <codex/async.hpp>

#include "support/model.hpp"

namespace {

codex::Task<> run(codex::AsyncCodex& codex) {
  auto start = codex.thread_start({.sandbox = codex::Sandbox::read_only});
  auto thread = co_await start;
  (void)co_await thread.run("Tell me in one sentence of each message that comes.");

  const codex::ExternalMessage news{
      .tool_name = "notifications", .content = "The build is green.", .namespace_ = "ci"};
  const auto result = co_await thread.run(news);
  for (const auto& item : result.items) {
    if (const auto* message = item.as<codex::protocol::FunctionCallOutputThreadItem>()) {
      std::cout << "From:   " << codex::printable_line(message->namespace_.value_or("")) << '/'
                << codex::printable_line(message->name) << '\n';
    }
  }
  std::cout << "Answer: " << codex::printable(result.final_response.value_or("(none)")) << '\n';
}

}  // namespace

int main(int argc, char** argv) try {
  const example::Model model(argc, argv);
  codex::AsyncCodex codex(model.config());
  codex::sync_wait(run(codex));
} catch (const codex::CodexError& error) {
  std::cerr << codex::printable(error.what()) << '\n';
  return 1;
}
