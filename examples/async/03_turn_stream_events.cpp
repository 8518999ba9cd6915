// A turn as it happens: its text piece by piece, its items, its end.

#include <cstddef>
#include <iostream>

#include <codex/async.hpp>

#include "support/model.hpp"

namespace {

namespace protocol = codex::protocol;
namespace events = codex::protocol::notifications;

codex::Task<> run(codex::AsyncCodex& codex) {
  auto thread = co_await codex.thread_start();
  auto turn = co_await thread.turn("Explain SIMD in 3 short bullets.");
  auto stream = turn.stream();
  std::size_t count = 0;
  while (const auto event = co_await stream.next()) {
    ++count;
    if (event->is<events::TurnStarted>()) {
      std::cout << "Started\n";
    } else if (const auto delta = event->as<events::ItemAgentMessageDelta>()) {
      std::cout << codex::printable(delta->delta) << std::flush;
    } else if (const auto done = event->as<events::ItemCompleted>()) {
      if (done->item.is<protocol::AgentMessageThreadItem>()) std::cout << '\n';
    } else if (const auto end = event->as<events::TurnCompleted>()) {
      std::cout << "Ended: " << end->turn.status.name() << '\n';
    }
  }
  std::cout << count << " events\n";
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
