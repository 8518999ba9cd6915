#include "wire/line_splitter.hpp"

#include <utility>

#include "text/ascii.hpp"
#include "wire/byte_order_mark.hpp"

namespace codex::detail {
namespace {

bool begins_object(std::string_view line) {
  return trimmed(without_byte_order_mark(line)).starts_with('{');
}

/// Leaves room for the padding, and for little else: who keeps the line counts its size.
void append_last(std::string& line, std::string_view part) {
  const std::size_t wanted = line.size() + part.size() + line_padding;
  if (line.capacity() < wanted || line.capacity() - wanted > wanted / 4) {
    std::string exact;
    exact.reserve(wanted);
    line.swap(exact.append(line));
  }
  line.append(part);
}

}  // namespace

bool LineSplitter::feed(std::string_view bytes, std::vector<Line>& lines) {
  while (true) {
    const std::size_t end = bytes.find('\n');
    const bool is_end = end != std::string_view::npos;
    if (!take(bytes.substr(0, end), is_end)) return false;
    if (!is_end) return true;
    finish_line(lines);
    bytes.remove_prefix(end + 1);
  }
}

bool LineSplitter::take(std::string_view part, bool is_end) {
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
  } else if (is_end) {
    append_last(partial_, part);
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
  if (!trimmed(line.text).empty()) lines.push_back(std::move(line));
}

}  // namespace codex::detail
