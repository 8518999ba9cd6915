#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <codex/errors.hpp>
#include <codex/testing/scripted_server.hpp>

#include "testing/common_steps.hpp"

/// The steps of an `Answer`.
namespace codex::testing::detail {

/// `content` is the member `result` or `error` of the response.
struct Respond {
  std::string member;
  Json content;
};
struct Notify {
  std::string method;
  Json params;
  std::size_t count = 1;
};
struct Ask {
  std::string method;
  Json params;
  std::optional<Json> expected;
};
struct BeginTurn {};
struct Say {
  std::vector<std::string> pieces;
};
struct EndTurn {
  std::string status;
};
struct RawMessage {
  Json message;
};
struct SplitNext {
  std::vector<std::size_t> offsets;
};
struct EndlessLine {
  std::size_t bytes;
};
struct Log {
  std::string text;
};
struct Stall {};
struct IgnoreShutdown {};
struct CloseStdout {};
struct CloseStdin {};
struct End {
  ExitStatus status;
};
struct EndAfter {
  std::size_t bytes;
  ExitStatus status;
};

using Step = std::variant<Respond, Notify, Ask, BeginTurn, Say, EndTurn, Hold, Pause, RawMessage,
                          RawBytes, SplitNext, EndlessLine, Log, Stall, IgnoreShutdown, CloseStdout,
                          CloseStdin, End, EndAfter>;

struct Steps {
  std::vector<Step> list;

  static const std::vector<Step>& of(const Answer& answer) { return answer.steps_->list; }
};

}  // namespace codex::testing::detail
