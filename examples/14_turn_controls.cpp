// Add input to a running turn (steer), or end it (interrupt).

#include <iostream>

#include <codex/codex.hpp>

#include "support/model.hpp"

namespace {

/// A turn that has begun to answer.
codex::TurnHandle begin_to_count(const codex::Thread& thread) {
  auto turn = thread.turn("Count from 1 to 200, all in one line.");
  auto stream = codex::TurnHandle(turn).stream();
  while (const auto event = stream.next()) {
    if (event->is<codex::protocol::notifications::ItemAgentMessageDelta>()) break;
  }
  return turn;
}

}  // namespace

int main(int argc, char** argv) try {
  const example::Model model(argc, argv);
  codex::Codex codex(model.config());
  auto thread = codex.thread_start();

  auto steered = begin_to_count(thread);
  try {
    steered.steer("Stop, and name one prime number.");
    std::cout << "Steer:     sent\n";
  } catch (const codex::InvalidRequestError& error) {
    std::cout << "Steer:     too late, " << codex::printable(error.message()) << '\n';
  }
  const auto result = steered.run();
  std::cout << "Status:    " << result.status.name() << '\n'
            << "Answer:    " << codex::printable(result.final_response.value_or("(none)")) << '\n';

  auto interrupted = begin_to_count(thread);
  try {
    interrupted.interrupt();
    std::cout << "Interrupt: sent\n";
  } catch (const codex::InvalidRequestError& error) {
    std::cout << "Interrupt: too late, " << codex::printable(error.message()) << '\n';
  }
  std::cout << "Status:    " << interrupted.run().status.name() << '\n';
} catch (const codex::CodexError& error) {
  std::cerr << codex::printable(error.what()) << '\n';
  return 1;
}
