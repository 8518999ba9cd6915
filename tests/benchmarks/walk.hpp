#pragma once

#include <cstddef>
#include <string>

namespace codex::benchmarks {

/// simdjson on-demand visits every value of a text, unescapes every name and string and parses
/// every number, and keeps nothing. Returns a sum of what it saw. Throws on a text that is no JSON.
std::size_t walk(const std::string& text);

}  // namespace codex::benchmarks
