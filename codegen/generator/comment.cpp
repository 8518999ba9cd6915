#include "comment.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <sstream>
#include <utility>

#include "text.hpp"

namespace codegen {
namespace {

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

/// Characters that turn the direction of text, which compilers warn of: in UTF-8.
constexpr std::array<std::string_view, 12> direction_marks = {
    "\u061c", "\u200e", "\u200f", "\u202a", "\u202b", "\u202c",
    "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069"};

/// Text that may stand in a comment: no control characters, no direction marks.
std::string harmless(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto mark =
        std::find_if(direction_marks.begin(), direction_marks.end(),
                     [&](std::string_view candidate) { return text.starts_with(candidate); });
    const bool control = static_cast<unsigned char>(text[0]) < 0x20 || text[0] == 0x7f;
    if (mark == direction_marks.end() && !control) out += text[0];
    if (control) out += ' ';
    text.remove_prefix(mark == direction_marks.end() ? 1 : mark->size());
  }
  return out;
}

/// A line's end: without blanks, and with nothing that would carry the comment on to the next line
/// (a backslash, or the trigraph of one).
std::string ended(std::string line) {
  while (!line.empty() && is_space(line.back())) line.pop_back();
  if (line.ends_with('\\')) return line.replace(line.size() - 1, 1, "&#92;");
  if (line.ends_with("?\?/")) return line.replace(line.size() - 1, 1, "&#47;");
  return line;
}

/// The width of a list item's marker with what stands before it (`  - `, `12. `), or 0.
std::size_t marker_width(std::string_view line) {
  std::size_t at = std::min(line.find_first_not_of(' '), line.size());
  const std::size_t start = at;
  while (at < line.size() && std::isdigit(static_cast<unsigned char>(line[at])) != 0) ++at;
  constexpr std::string_view bullets = "-*+";
  constexpr std::string_view after_digits = ".)";
  const auto marks = at == start ? bullets : after_digits;
  if (at + 1 >= line.size() || marks.find(line[at]) == marks.npos || line[at + 1] != ' ') return 0;
  return at + 2;
}

/// Markdown as schemas have it, to lines of a comment. Prose is joined and wrapped anew; lists,
/// headings, tables, quotes and code keep their lines.
class Comment {
 public:
  explicit Comment(std::string prefix) : prefix_(std::move(prefix)) {}

  void add(const std::string& paragraph) {
    if (paragraph.find_first_not_of(" \t\r\n") == paragraph.npos) return;
    blank_line_ = !out_.empty();
    std::istringstream lines(paragraph);
    for (std::string line; std::getline(lines, line);) add_line(harmless(line));
    end_block();
    in_code_ = false;
  }

  [[nodiscard]] const std::string& text() const { return out_; }

 private:
  void add_line(const std::string& line) {
    const std::size_t start = line.find_first_not_of(' ');
    if (start == line.npos) {
      end_block();
      blank_line_ = !out_.empty();
      return;
    }
    const std::string_view content = std::string_view(line).substr(start);
    const bool fence = content.starts_with("```");
    constexpr std::string_view own_line = "#|>";
    const bool code = in_code_ || (block_.empty() && start >= 4);
    if (fence || code || own_line.find(content[0]) != own_line.npos) {
      end_block();
      write(line);
      in_code_ = in_code_ != fence;
      return;
    }
    const std::size_t marker = marker_width(line);
    const bool after_list = hang_ > 0 && start < hang_;
    if (marker > 0 || after_list || block_.ends_with(':')) end_block();
    if (block_.empty()) {
      block_ = line;
      hang_ = marker > 0 ? marker : start;
    } else {
      block_ += " " + std::string(content);
    }
    block_ = block_.substr(0, block_.find_last_not_of(' ') + 1);
  }

  void end_block() {
    if (block_.empty()) return;
    std::istringstream words(block_);
    std::string line(block_.find_first_not_of(' '), ' ');
    bool empty = true;
    for (std::string word; words >> word; empty = false) {
      if (!empty && width(prefix_) + 1 + width(line) + 1 + width(word) > columns) {
        write(line);
        line = std::string(hang_, ' ');
        empty = true;
      }
      line += (empty ? "" : " ") + word;
    }
    write(line);
    block_.clear();
    hang_ = 0;
  }

  void write(const std::string& line) {
    if (blank_line_) out_ += prefix_ + "\n";
    blank_line_ = false;
    out_ += ended(prefix_ + " " + line) + "\n";
  }

  std::string prefix_;
  std::string out_;
  std::string block_;        // prose or a list's item, before it is wrapped
  std::size_t hang_ = 0;     // how far its later lines are indented
  bool blank_line_ = false;  // due before the next line
  bool in_code_ = false;
};

}  // namespace

std::string doc_comment(const std::vector<std::string>& paragraphs, std::string_view indent) {
  Comment comment(std::string(indent) + "///");
  for (const auto& paragraph : paragraphs) comment.add(paragraph);
  return comment.text();
}

}  // namespace codegen
