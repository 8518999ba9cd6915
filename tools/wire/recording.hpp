#pragma once

#include <optional>
#include <string_view>

#include <codex/protocol/support/json.hpp>

namespace codex::wire {

/// Who sent a message.
enum class Side { unknown, client, server };

/// A line of a recording, `{"dir":"send"|"recv","t":seconds,"msg":{...}}`, or a message alone on
/// its line, whose time and sender are unknown.
struct Entry {
  Side from = Side::unknown;
  std::optional<double> seconds = {};
  Json message = {};  // null if the recording has bytes that were no message
};

/// Reads a line. Throws DecodeError if it is neither.
Entry read_entry(std::string_view line);

}  // namespace codex::wire
