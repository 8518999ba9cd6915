// A first turn, awaitable: start the runtime, start a thread, ask, and look at the answer.
//
// By default a model on this machine answers, and no account is needed. With --live your own codex
// login is used.

#include <iostream>
#include <string_view>

#include <codex/async.hpp>
#include <codex/testing.hpp>

namespace {

codex::Task<> ask(codex::AsyncCodex& codex) {
  auto start = codex.thread_start({.sandbox = codex::Sandbox::read_only});
  auto thread = co_await start;
  const auto result = co_await thread.run("Say hello in one sentence.");
  const auto metadata = co_await codex.metadata();

  std::cout << "Runtime: " << metadata.runtime_version << '\n'
            << "Answer:  " << codex::printable(result.final_response.value_or("(none)")) << '\n'
            << "Items:   " << result.items.size() << '\n';
  if (result.usage) std::cout << "Tokens:  " << result.usage->total.total_tokens << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc > 1 && std::string_view(argv[1]) == "--live") {
      codex::AsyncCodex codex;
      codex::sync_wait(ask(codex));
    } else {
      codex::testing::MockModel mock;
      mock.reply(
          codex::testing::Reply("Hello from the mock model!").usage({.input = 11, .output = 7}));
      codex::AsyncCodex codex(mock.config());
      codex::sync_wait(ask(codex));
    }
  } catch (const codex::CodexError& error) {
    std::cerr << codex::printable(error.what()) << '\n';
    return 1;
  }
}
