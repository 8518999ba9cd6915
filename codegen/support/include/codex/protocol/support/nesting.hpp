#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <codex/protocol/support/json.hpp>

namespace codex::protocol::detail {

/// How deep JSON from outside may nest, wherever it comes from. The runtime itself reads no more
/// than 128 levels, and wraps what it passes on in a few of its own. A level costs up to 370 bytes
/// of stack where a tree is read, copied or written (-O2), so that 256 of them fit the 128 KiB that
/// musl gives a thread.
inline constexpr std::size_t max_depth = 256;

/// Whether the JSON text nests deeper than that. One pass, without recursion.
[[nodiscard]] bool is_too_deep(std::string_view text) noexcept;

/// What an error says of a text that does: `nested deeper than 256`.
[[nodiscard]] std::string too_deep();

/// Reads a JSON text from outside as a tree; a discarded value where it is no JSON, holds a number
/// past the range of double, or nests too deep. `protocol::decode<Json>` throws instead.
[[nodiscard]] Json parse_or_discard(std::string_view text);

}  // namespace codex::protocol::detail
