#pragma once

#include <string>
#include <vector>

#include <codex/protocol/support/codec.hpp>

#include "conversation.hpp"

namespace codex::wire {

/// What became of a message that was decoded and encoded again.
struct Verdict {
  enum class Outcome {
    ok,
    lost,    // it cannot be decoded, or came back different
    misfit,  // a client sent it although it does not fit: the client's mistake, and no loss
  };
  Outcome outcome = Outcome::ok;
  std::string problem = {};
  std::vector<protocol::UnknownPart> unknown = {};
};

/// Tries a message.
Verdict judge(const Message& message);

/// For what is no message at all.
Verdict not_fitting(Side from, const CodexError& error);

}  // namespace codex::wire
