// A turn with a handle: start it, wait for it, and look at what the runtime has stored of it.

#include <iostream>

#include <codex/codex.hpp>

#include "support/model.hpp"

int main(int argc, char** argv) try {
  const example::Model model(argc, argv);
  codex::Codex codex(model.config());

  auto thread = codex.thread_start();
  auto turn = thread.turn("Give 3 bullets about SIMD.");
  const auto result = turn.run();

  std::cout << "Thread: " << turn.thread_id() << '\n'
            << "Turn:   " << result.id << '\n'
            << "Status: " << result.status.name() << '\n'
            << "Answer: " << codex::printable(result.final_response.value_or("(none)")) << '\n';

  for (const auto& stored : thread.read({.include_turns = true}).thread.turns) {
    std::cout << "Stored: " << stored.items.size() << " items, " << stored.status.name() << '\n';
  }
} catch (const codex::CodexError& error) {
  std::cerr << codex::printable(error.what()) << '\n';
  return 1;
}
