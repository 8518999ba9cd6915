#pragma once

#include <cstddef>
#include <string_view>

namespace codex::benchmarks {

/// simdjson on-demand visits every value of a text, unescapes every name and string and parses
/// every number, and keeps nothing. Returns a sum of what it saw. Throws on a text that is no JSON.
/// Some bytes behind the text must be readable: `padding`.
std::size_t walk(std::string_view text);

/// The same, and each string is kept as a std::string until the end, as anything that gives them to
/// a caller must do.
std::size_t walk_and_keep(std::string_view text);

inline constexpr std::size_t padding = 64;

}  // namespace codex::benchmarks
