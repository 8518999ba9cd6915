// A turn as it happens: its text piece by piece, its items, its end.

#include <cstddef>
#include <iostream>

#include <codex/codex.hpp>

#include "support/model.hpp"

namespace protocol = codex::protocol;
namespace events = codex::protocol::notifications;

int main(int argc, char** argv) try {
  const example::Model model(argc, argv);
  codex::Codex codex(model.config());

  auto turn = codex.thread_start().turn("Explain SIMD in 3 short bullets.");
  std::size_t count = 0;
  for (const codex::Notification& event : turn.stream()) {
    ++count;
    if (event.is<events::TurnStarted>()) {
      std::cout << "Started\n";
    } else if (const auto delta = event.as<events::ItemAgentMessageDelta>()) {
      std::cout << codex::printable(delta->delta) << std::flush;
    } else if (const auto done = event.as<events::ItemCompleted>()) {
      if (done->item.is<protocol::AgentMessageThreadItem>()) std::cout << '\n';
    } else if (const auto end = event.as<events::TurnCompleted>()) {
      std::cout << "Ended: " << end->turn.status.name() << '\n';
    }
  }
  std::cout << count << " events\n";
} catch (const codex::CodexError& error) {
  std::cerr << codex::printable(error.what()) << '\n';
  return 1;
}
