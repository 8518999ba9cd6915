// Several turns at once: one client, and no additional threads.

#include <iostream>
#include <string>

#include <codex/async.hpp>

#include "support/model.hpp"

namespace {

codex::Task<std::string> ask(codex::AsyncCodex& codex, std::string question) {
  const auto thread = co_await codex.thread_start();
  const auto result = co_await thread.run(question);
  co_return codex::printable(result.final_response.value_or("(none)"));
}

codex::Task<> run(codex::AsyncCodex& codex) {
  const auto [models, waves, tides] = co_await codex::when_all(
      codex.models(), ask(codex, "What is a wave?"), ask(codex, "What is a tide?"));
  std::cout << "Models: " << models.data.size() << '\n'
            << "Waves:  " << waves << '\n'
            << "Tides:  " << tides << '\n';
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
