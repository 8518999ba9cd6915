#include "comment.hpp"

#include <algorithm>
#include <cctype>
#include <sstream>
#include <utility>

#include "printable.hpp"
#include "text.hpp"

namespace codegen {
namespace {

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

/// Removes unprintable characters, some of which compilers warn about.
std::string harmless(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Character first = first_character(text);
    if (first.printable) out += text.substr(0, first.bytes);
    if (!first.printable && first.bytes == 1) out += ' ';
    text.remove_prefix(first.bytes);
  }
  return out;
}

/// Whether Markdown may find a link, an image or the definition of one.
bool has_links(std::string_view text) {
  for (std::size_t at = text.find_first_of("!]"); at < text.size() - 1;
       at = text.find_first_of("!]", at + 1)) {
    if (text[at] == '!' && text[at + 1] == '[') return true;
    const std::size_t next = text.find_first_not_of(" \t\r\n", at + 1);
    if (text[at] == ']' && next != text.npos && std::string_view("(:[").find(text[next]) < 3) {
      return true;
    }
  }
  return false;
}

/// Escapes text so that Doxygen shows it as it is: no commands and no HTML, not even in code, which
/// Doxygen does not always recognise as such. No runs of characters that would start a code block.
std::string escaped(std::string_view text, bool links) {
  std::string out;
  for (const char c : text) {
    const std::string_view special = links ? "\\@<&[" : "\\@<&";
    if (special.find(c) != special.npos) out += '\\';
    if ((c == '`' && out.ends_with('`')) || (c == '~' && out.ends_with("~~"))) continue;
    out += c;
  }
  return out;
}

/// Cleans a line's end: no blanks, and nothing that would continue the comment on the next line (a
/// backslash, or its trigraph).
std::string ended(std::string line) {
  while (!line.empty() && is_space(line.back())) line.pop_back();
  if (line.ends_with('\\')) {
    line.resize(line.size() - (line.ends_with("\\\\") ? 2 : 1));  // escaped it is two
    return line + "&#92;";
  }
  if (line.ends_with("?\?/")) return line.replace(line.size() - 1, 1, "&#47;");
  return line;
}

/// The width of a list item's marker with its indentation (` - `, `12. `), or 0.
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

/// Turns a schema's Markdown into comment lines. Prose is joined and rewrapped; lists, headings,
/// tables, quotes and code keep their lines. Fenced code is indented instead: Doxygen loses the
/// text after a fence whose end it does not see.
class Comment {
 public:
  explicit Comment(std::string prefix) : prefix_(std::move(prefix)) {}

  void add(const std::string& paragraph) {
    if (paragraph.find_first_not_of(" \t\r\n") == paragraph.npos) return;
    blank_line_ = !out_.empty();
    links_ = has_links(paragraph);
    std::istringstream lines(paragraph);
    for (std::string line; std::getline(lines, line);) add_line(without_tag(harmless(line)));
    end_block();
    in_code_ = false;
  }

  [[nodiscard]] const std::string& text() const { return out_; }

 private:
  /// The one tag that schemas use.
  static std::string without_tag(const std::string& line) {
    constexpr std::string_view tag = "@deprecated ";
    return line.starts_with(tag) ? "Deprecated: " + line.substr(tag.size()) : line;
  }

  void add_line(const std::string& line) {
    const std::size_t start = line.find_first_not_of(' ');
    if (start == line.npos) {
      end_block();
      blank_line_ = !out_.empty();
      return;
    }
    const std::string_view content = std::string_view(line).substr(start);
    constexpr std::string_view own_line = "#|>";
    const bool code = in_code_ || (block_.empty() && start >= 4);
    if (content.starts_with("```")) {
      end_block();
      blank_line_ = !out_.empty();
      in_code_ = !in_code_;
      return;
    }
    if (code || own_line.find(content[0]) != own_line.npos) {
      end_block();
      write((in_code_ ? "    " : "") + escaped(line, links_));
      return;
    }
    const std::size_t marker = marker_width(line);
    const bool after_list = hang_ > 0 && start < hang_;
    if (marker > 0 || after_list || block_.ends_with(':')) end_block();
    if (block_.empty()) {
      block_ = escaped(line, links_);
      hang_ = marker > 0 ? marker : start;
    } else {
      block_ += " " + escaped(content, links_);
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
  std::string block_;        // prose or a list item, before it is wrapped
  std::size_t hang_ = 0;     // how far its later lines are indented
  bool blank_line_ = false;  // due before the next line
  bool in_code_ = false;
  bool links_ = false;  // whether the paragraph may have some
};

}  // namespace

std::string doc_comment(const std::vector<std::string>& paragraphs, std::string_view indent) {
  Comment comment(std::string(indent) + "///");
  for (const auto& paragraph : paragraphs) comment.add(paragraph);
  return comment.text();
}

}  // namespace codegen
