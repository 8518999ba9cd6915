#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <codex/protocol/support/json.hpp>

namespace codex::protocol::detail {

/// How deep JSON from outside may nest. The runtime itself reads at most 128 levels, and adds a few
/// of its own around them. Reading, copying or writing a tree costs up to 370 bytes of stack per
/// level (-O2), so 256 levels fit the 128 KiB that musl gives a thread.
inline constexpr std::size_t max_depth = 256;

/// Whether the JSON text nests deeper than that. One pass, without recursion.
[[nodiscard]] bool is_too_deep(std::string_view text) noexcept;

/// The error message for such a text: `nested deeper than 256`.
[[nodiscard]] std::string too_deep();

/// Reads a JSON text from outside as a tree; returns a discarded value if it is no JSON, has a
/// number outside of the range of double, or nests too deep. `protocol::decode<Json>` throws
/// instead.
[[nodiscard]] Json parse_or_discard(std::string_view text);

}  // namespace codex::protocol::detail
