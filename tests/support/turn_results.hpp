#pragma once

#include <string>
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

}  // namespace codex::testing
