// A turn with a handle: start it, wait for it, and look at what the runtime has stored of it.

#include <iostream>

#include <codex/async.hpp>

#include "support/model.hpp"

namespace {

codex::Task<> run(codex::AsyncCodex& codex) {
  auto thread = co_await codex.thread_start();
  auto turn = co_await thread.turn("Give 3 bullets about SIMD.");
  const auto result = co_await turn.run();

  std::cout << "Thread: " << turn.thread_id() << '\n'
            << "Turn:   " << result.id << '\n'
            << "Status: " << result.status.name() << '\n'
            << "Answer: " << codex::printable(result.final_response.value_or("(none)")) << '\n';

  auto read = thread.read({.include_turns = true});
  const auto stored = co_await read;
  for (const auto& one : stored.thread.turns) {
    std::cout << "Stored: " << one.items.size() << " items, " << one.status.name() << '\n';
  }
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
