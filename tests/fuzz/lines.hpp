#pragma once

#include <cstdint>
#include <span>

/// The input of the line fuzzer: a byte for the mode, then a runtime's stdout.
namespace fuzz {

/// The client's state when the bytes arrive.
enum class LinesMode : std::uint8_t {
  turn,   // a turn runs
  start,  // a turn was asked for
  goal,   // a goal was set
};

/// Feeds it to a connected client whose turn is read as a stream, then ends the runtime. Returns
/// when every wait has ended; throws what no call of the client may throw.
void feed_lines(std::span<const std::uint8_t> input);

}  // namespace fuzz
