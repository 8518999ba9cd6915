#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace codex::wire {

[[nodiscard]] bool is_blank(const std::string& line);

/// Takes a byte order mark away from the front of the line.
void drop_byte_order_mark(std::string& line);

/// Whether a file whose first line this is has another encoding than UTF-8; says so on stderr.
[[nodiscard]] bool is_in_other_encoding(const std::string& file, const std::string& first_line);

/// Calls `take` with each line of the file (`-` is stdin) that is not blank, and its number. Keeps
/// one line in memory. False, and a word on stderr, when the file cannot be read.
bool read_lines(const std::string& file,
                const std::function<void(const std::string& line, std::size_t number)>& take);

}  // namespace codex::wire
