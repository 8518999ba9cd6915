#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <codex/protocol/registry.hpp>

#include "recording.hpp"

namespace codex::wire {

enum class MessageKind { request, response, error, notification };

/// A message, and its context in the conversation.
struct Message {
  Side from = Side::unknown;
  MessageKind kind = MessageKind::notification;
  std::string method = {};  // of a response: that of its request; empty if unknown
  std::string turn = {};    // its turn, if it names one
  bool known = false;       // whether this version of the SDK knows the method
  const protocol::TypeInfo* type = nullptr;
  const Json* typed = nullptr;  // the part of the message that has this type
};

/// Follows the messages of one connection to match responses to requests: client and server number
/// theirs independently. Remembers at least the last 50,000 requests.
class Conversation {
 public:
  /// Adds the next message; the result points into it. Throws DecodeError if it is no message.
  Message next(const Entry& entry);

 private:
  struct Request {
    std::string method;
    std::string turn;
    std::uint64_t number;
  };
  using Requests = std::map<std::pair<Side, std::string>, Request>;

  Message call(const Entry& entry);
  Message answer(const Entry& entry);
  void remember(const Message& message, const Json& id);
  std::optional<std::pair<Side, Request>> request_for(Side answered_by, const Json& id);

  // Two generations: the older one is dropped when the newer one is full.
  Requests recent_;
  Requests older_;
  std::uint64_t count_ = 0;
};

}  // namespace codex::wire
