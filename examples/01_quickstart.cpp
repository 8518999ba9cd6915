// A first turn: start the runtime, start a thread, ask, and look at the answer.
//
// By default a model on this machine answers, and no account is needed. With --live your own codex
// login is used.

#include <iostream>
#include <string_view>

#include <codex/codex.hpp>
#include <codex/testing.hpp>

namespace {

void ask(codex::Codex& codex) {
  auto thread = codex.thread_start({.sandbox = codex::Sandbox::read_only});
  const auto result = thread.run("Say hello in one sentence.");

  std::cout << "Runtime: " << codex.metadata().runtime_version << '\n'
            << "Answer:  " << codex::printable(result.final_response.value_or("(none)")) << '\n'
            << "Items:   " << result.items.size() << '\n';
  if (result.usage) std::cout << "Tokens:  " << result.usage->total.total_tokens << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc > 1 && std::string_view(argv[1]) == "--live") {
      codex::Codex codex;
      ask(codex);
    } else {
      codex::testing::MockModel mock;
      mock.reply(
          codex::testing::Reply("Hello from the mock model!").usage({.input = 11, .output = 7}));
      codex::Codex codex(mock.config());
      ask(codex);
    }
  } catch (const codex::CodexError& error) {
    std::cerr << codex::printable(error.what()) << '\n';
    return 1;
  }
}
