#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <codex/codex.hpp>

namespace codex::testing {

/// What the model said in the turn, message by message.
inline std::vector<std::string> messages(const TurnResult& result) {
  std::vector<std::string> out;
  for (const auto& item : result.items) {
    if (const auto* message = item.as<protocol::AgentMessageThreadItem>())
      out.push_back(message->text);
  }
  return out;
}

/// Reads `stream` until the agent's message `text` is whole. A gate of the model's is reached
/// before: it knows what was sent, not what the runtime has read.
template <class Stream>
void await_message(Stream& stream, std::string_view text) {
  while (const auto event = stream.next()) {
    const auto done = event->template as<protocol::notifications::ItemCompleted>();
    if (!done) continue;
    const auto* message = done->item.template as<protocol::AgentMessageThreadItem>();
    if (message != nullptr && message->text == text) return;
  }
}

}  // namespace codex::testing
