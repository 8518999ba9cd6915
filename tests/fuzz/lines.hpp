#pragma once

#include <cstdint>
#include <span>

/// What the fuzzer of lines feeds: a byte for the mode, then what a runtime writes to its stdout.
namespace fuzz {

/// What is going on when the bytes come.
enum class LinesMode : std::uint8_t {
  turn,   // a turn runs
  start,  // a turn was asked for
  goal,   // a goal was set
};

/// Feeds it to a connected client whose turn is read as a stream, then ends the runtime. Returns
/// when everyone who waited has an answer; throws what no call of the client may throw.
void feed_lines(std::span<const std::uint8_t> input);

}  // namespace fuzz
