#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace codex::wire {

[[nodiscard]] bool is_blank(const std::string& line);

/// Calls `take` with each non-blank line of the file (`-` is stdin), and its number. Keeps one line
/// in memory. If the file cannot be read, returns false and says so on stderr.
bool read_lines(const std::string& file,
                const std::function<void(const std::string& line, std::size_t number)>& take);

}  // namespace codex::wire
