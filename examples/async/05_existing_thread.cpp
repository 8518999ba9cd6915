// A thread outlives the program: another runtime finds it, and continues it.

#include <iostream>
#include <string>
#include <utility>

#include <codex/async.hpp>

#include "support/model.hpp"

namespace {

codex::Task<std::string> begin_thread(codex::CodexConfig config) {
  codex::AsyncCodex codex(std::move(config));
  auto thread = co_await codex.thread_start();
  const auto begun = co_await thread.run("Tell me one fact about Saturn.");
  std::cout << "Begun:   " << codex::printable(begun.final_response.value()) << '\n';
  co_await codex.close();
  co_return thread.id();
}

codex::Task<> run(codex::CodexConfig config) {
  const std::string thread_id = co_await begin_thread(config);

  codex::AsyncCodex codex(std::move(config));
  auto threads = codex.threads({.limit = 20});
  while (const auto stored = co_await threads.next()) {
    if (stored->id == thread_id)
      std::cout << "Found:   " << codex::printable_line(stored->preview) << '\n';
  }
  auto resume = codex.thread_resume(thread_id);
  auto thread = co_await resume;
  const auto resumed = co_await thread.run("And one about its moons.");
  std::cout << "Resumed: " << codex::printable(resumed.final_response.value()) << '\n';
  co_await codex.close();
}

}  // namespace

int main(int argc, char** argv) try {
  const example::Model model(argc, argv);
  codex::sync_wait(run(model.config()));
} catch (const codex::CodexError& error) {
  std::cerr << codex::printable(error.what()) << '\n';
  return 1;
}
