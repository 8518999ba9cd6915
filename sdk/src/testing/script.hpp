#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <codex/testing.hpp>

#include "testing/common_steps.hpp"

/// The parts of a `Reply`. Empty ids are assigned when the reply is sent.
namespace codex::testing::detail {

struct OpenMessage {
  std::string id;
  Phase phase;
};
struct MessageDelta {
  std::string text;
};
struct CloseMessage {};

struct Reasoning {
  std::string id;
  std::string summary;
  std::string content;
};

/// A function call or a custom tool call: `item` lacks its ids.
struct ToolCall {
  std::string call_id;
  Json item;
};

struct RawItem {
  Json item;
};
struct RawEvent {
  Json event;
};

using Part = std::variant<OpenMessage, MessageDelta, CloseMessage, Reasoning, ToolCall, RawItem,
                          RawEvent, RawBytes, Hold, Pause>;

struct Completed {};
/// `response.failed` and the like: `event` lacks the id of the response.
struct EndEvent {
  Json event;
};
struct Disconnected {};
struct HttpError {
  int status;
  Json body;
  std::map<std::string, std::string> headers;
};

using Ending = std::variant<Completed, EndEvent, Disconnected, HttpError>;

struct Script {
  std::vector<Part> parts;
  Ending ending = Completed{};
  std::string response_id;
  Usage usage;
  std::optional<bool> end_turn;
  std::chrono::milliseconds pace{0};

  // While the reply is being built.
  bool message_is_open = false;
  std::string next_id;
};

}  // namespace codex::testing::detail
