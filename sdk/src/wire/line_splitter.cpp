#include "wire/line_splitter.hpp"

#include <algorithm>
#include <utility>

#include "text/ascii.hpp"

namespace codex::detail {

bool LineSplitter::feed(std::string_view bytes, std::vector<std::string>& lines) {
  while (true) {
    const std::size_t end = bytes.find('\n');
    const std::size_t part = std::min(end, bytes.size());
    if (part > max_line_bytes_ - partial_.size()) return false;
    if (end == std::string_view::npos) break;
    finish_line(bytes.substr(0, end), lines);
    bytes.remove_prefix(end + 1);
  }
  partial_.append(bytes);
  return true;
}

void LineSplitter::finish_line(std::string_view last_part, std::vector<std::string>& lines) {
  std::string line = std::exchange(partial_, {});
  line.append(last_part);
  if (line.ends_with('\r')) line.pop_back();
  if (!std::all_of(line.begin(), line.end(), is_blank)) lines.push_back(std::move(line));
}

}  // namespace codex::detail
