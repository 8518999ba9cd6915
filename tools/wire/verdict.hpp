#pragma once

#include <string>
#include <vector>

#include <codex/protocol/support/codec.hpp>

#include "conversation.hpp"

namespace codex::wire {

/// The result of decoding a message and encoding it again.
struct Verdict {
  enum class Outcome {
    ok,
    lost,    // it cannot be decoded, or the result differs
    misfit,  // a client sent it although it does not fit: the client's mistake, and no loss
  };
  Outcome outcome = Outcome::ok;
  std::string problem = {};
  std::vector<protocol::UnknownPart> unknown = {};
};

/// Decodes and encodes a message.
Verdict judge(const Message& message);

/// For an entry that is no message.
Verdict not_fitting(Side from, const CodexError& error);

}  // namespace codex::wire
