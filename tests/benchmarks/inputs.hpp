#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <codex/protocol/support/codec.hpp>

namespace codex::benchmarks {

/// One JSON text, its type, and what it says.
struct Message {
  std::string_view text;  // with as many bytes behind it as simdjson wants
  const protocol::detail::TypeInfo* type;
  std::shared_ptr<void> value;    // the decoded text
  std::shared_ptr<void> scratch;  // a fresh value, shared by all messages of the type
};

struct Input {
  std::string name;
  std::string texts;  // of all messages, one behind the other, as they come from a pipe
  std::vector<Message> messages;
  std::size_t bytes = 0;
};

/// What the benchmarks read and write, each text as compact as the runtime writes it, its members
/// in the runtime's order. Throws when a message does not survive the round trip.
///
/// - `notifications`: all recorded ones, as whole messages.
/// - `params`: their params by the type that the method names, as `Notification::as` reads them.
/// - `delta messages`, `deltas`: 100,000 of item/agentMessage/delta, in the same two ways.
/// - `thread/read`: one answer of 20 MB, of recorded turns and items over and over.
const std::deque<Input>& inputs();

}  // namespace codex::benchmarks
