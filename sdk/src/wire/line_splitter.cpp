#include "wire/line_splitter.hpp"

#include <algorithm>
#include <utility>

#include "text/ascii.hpp"
#include "wire/byte_order_mark.hpp"

namespace codex::detail {
namespace {

bool begins_object(std::string_view line) {
  line = without_byte_order_mark(line);
  const auto begin = std::find_if_not(line.begin(), line.end(), is_blank);
  return begin != line.end() && *begin == '{';
}

}  // namespace

bool LineSplitter::feed(std::string_view bytes, std::vector<Line>& lines) {
  while (true) {
    const std::size_t end = bytes.find('\n');
    if (!take(bytes.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    finish_line(lines);
    bytes.remove_prefix(end + 1);
  }
}

bool LineSplitter::take(std::string_view part) {
  if (!abridger_ && part.size() > max_line_bytes_ - partial_.size()) {
    const std::size_t room = max_line_bytes_ - partial_.size();
    partial_.append(part.substr(0, room));
    if (!begins_object(partial_)) return false;
    abridger_.emplace();
    abridger_->feed(std::exchange(partial_, {}));
    part.remove_prefix(room);
  }
  if (abridger_) {
    abridger_->feed(part);
  } else {
    partial_.append(part);
  }
  return true;
}

void LineSplitter::finish_line(std::vector<Line>& lines) {
  Line line{std::exchange(partial_, {})};
  if (abridger_) {
    line = {abridger_->text(), abridger_->fed_bytes()};
    abridger_.reset();
  }
  if (line.text.starts_with(byte_order_mark)) line.text.erase(0, byte_order_mark.size());
  if (line.text.ends_with('\r')) line.text.pop_back();
  if (!std::all_of(line.text.begin(), line.text.end(), is_blank)) lines.push_back(std::move(line));
}

}  // namespace codex::detail
