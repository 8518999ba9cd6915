// Add input to a running turn (steer), or end it (interrupt).

#include <iostream>

#include <codex/async.hpp>

#include "support/model.hpp"

namespace {

/// A turn that has begun to answer.
codex::Task<codex::AsyncTurnHandle> begin_to_count(const codex::AsyncThread& thread) {
  auto turn = co_await thread.turn("Count from 1 to 200, all in one line.");
  auto stream = codex::AsyncTurnHandle(turn).stream();
  while (const auto event = co_await stream.next()) {
    if (event->is<codex::protocol::notifications::ItemAgentMessageDelta>()) break;
  }
  co_return turn;
}

codex::Task<> run(codex::AsyncCodex& codex) {
  auto thread = co_await codex.thread_start();

  auto steered = co_await begin_to_count(thread);
  try {
    (void)co_await steered.steer("Stop, and name one prime number.");
    std::cout << "Steer:     sent\n";
  } catch (const codex::InvalidRequestError& error) {
    std::cout << "Steer:     too late, " << codex::printable(error.message()) << '\n';
  }
  const auto result = co_await steered.run();
  std::cout << "Status:    " << result.status.name() << '\n'
            << "Answer:    " << codex::printable(result.final_response.value_or("(none)")) << '\n';

  auto interrupted = co_await begin_to_count(thread);
  try {
    (void)co_await interrupted.interrupt();
    std::cout << "Interrupt: sent\n";
  } catch (const codex::InvalidRequestError& error) {
    std::cout << "Interrupt: too late, " << codex::printable(error.message()) << '\n';
  }
  const auto ended = co_await interrupted.run();
  std::cout << "Status:    " << ended.status.name() << '\n';
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
