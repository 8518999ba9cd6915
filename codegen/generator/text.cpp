#include "text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <sstream>
#include <utility>

#include "names.hpp"

namespace codegen {
namespace {

constexpr std::size_t columns = 100;

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

/// In characters, not bytes.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) >> 6) != 2; }));
}

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

/// Where to break a line of code that is too long: after `=` where the rest then fits, else after
/// the last comma that fits, another blank, a bracket, before `::`. 0 when nowhere.
std::size_t break_at(std::string_view line, std::size_t indent, std::size_t hang) {
  enum Rank { assignment, comma, blank, bracket, scope, rank_count };
  std::array<std::size_t, rank_count> last = {};
  bool quoted = false;
  for (std::size_t i = indent; i < std::min(line.size() - 1, columns); ++i) {
    const char c = line[i];
    if (c == '\\') {
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (quoted || i == indent) {
      continue;
    } else if (c == '=' && line[i - 1] == ' ' && line[i + 1] == ' ') {
      if (hang + width(line.substr(i + 2)) <= columns) last[assignment] = i + 1;
    } else if (c == ' ' && line.substr(i) != " {") {
      last[line[i - 1] == ',' ? comma : blank] = i;
    } else if ((c == '(' || c == '{') && line[i + 1] != ')' && line[i + 1] != '}') {
      last[bracket] = i + 1;
    } else if (c == ':' && line[i + 1] == ':' && line[i - 1] != ' ') {
      last[scope] = i;
    }
  }
  const auto found = std::find_if(last.begin(), last.end(), [](std::size_t at) { return at > 0; });
  return found == last.end() ? 0 : *found;
}

}  // namespace

std::string banner(const Model& model) {
  return "// Generated by codex-codegen from schema/experimental (codex " + model.runtime_version +
         ").\n// Do not edit: change codegen/ and rebuild.\n";
}

std::string doc_comment(const std::vector<std::string>& paragraphs, std::string_view indent) {
  Comment comment(std::string(indent) + "///");
  for (const auto& paragraph : paragraphs) comment.add(paragraph);
  return comment.text();
}

std::string fold_long_lines(const std::string& text) {
  std::string out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
    const std::string hang(indent + 4, ' ');
    const bool code = line.compare(indent, 2, "//") != 0 && line[0] != '#';
    while (code && width(line) > columns) {
      const std::size_t at = break_at(line, line.find_first_not_of(' '), hang.size());
      if (at == 0) break;
      out += line.substr(0, at) + "\n";
      line = hang + line.substr(line.find_first_not_of(' ', at));
    }
    out += line + "\n";
  }
  return out;
}

std::string literal(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\' || (c == '?' && out.back() == '?')) {
      out += std::string("\\") + c;  // two question marks could begin a trigraph
    } else if (byte < 0x20 || byte >= 0x7f) {
      for (const int shift : {6, 3, 0}) {
        out += (shift == 6 ? "\\" : "") +
               std::string(1, static_cast<char>('0' + ((byte >> shift) & 7)));
      }
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string call(const std::string& function, const std::vector<std::string>& arguments,
                 std::size_t indentation) {
  const auto joined = [&](const std::string& separator) {
    std::string out;
    for (const auto& argument : arguments) out += (out.empty() ? "" : separator) + argument;
    return out;
  };
  const std::string line = function + "(" + joined(", ") + ")";
  if (indentation + line.size() + 1 <= columns) return line;
  const std::string hang = "\n" + std::string(indentation + 4, ' ');
  return function + "(" + hang + joined("," + hang) + ")";
}

std::string cpp_type(const Type& type) {
  switch (type.kind) {
    case Type::Kind::boolean:
      return "bool";
    case Type::Kind::int32:
      return "std::int32_t";
    case Type::Kind::int64:
      return "std::int64_t";
    case Type::Kind::uint16:
      return "std::uint16_t";
    case Type::Kind::uint32:
      return "std::uint32_t";
    case Type::Kind::uint64:
      return "std::uint64_t";
    case Type::Kind::number:
      return "double";
    case Type::Kind::string:
      return "std::string";
    case Type::Kind::json:
      return "Json";
    case Type::Kind::named:
      return type.name;
    case Type::Kind::list:
      return "std::vector<" + cpp_type(*type.element) + ">";
    case Type::Kind::map:
      return "std::map<std::string, " + cpp_type(*type.element) + ">";
    case Type::Kind::optional:
      return "std::optional<" + cpp_type(*type.element) + ">";
  }
  throw SchemaError(type.name, "a type of no kind");
}

std::string cpp_type(const Member& member) {
  const std::string type = cpp_type(member.type);
  switch (member.presence) {
    case Presence::required:
      return type;
    case Presence::required_nullable:
    case Presence::optional:
      return "std::optional<" + type + ">";
    case Presence::optional_nullable:
      return "Optional<" + type + ">";
    case Presence::defaulted:
      return "Defaulted<" + type + ">";
  }
  throw SchemaError(member.wire, "a member of no presence");
}

std::string_view method_namespace(MethodKind kind) {
  switch (kind) {
    case MethodKind::request:
      return "requests";
    case MethodKind::notification:
      return "notifications";
    case MethodKind::server_request:
      return "server_requests";
    case MethodKind::client_notification:
      return "client_notifications";
  }
  return "";
}

std::string local_name(std::string_view type_name) { return snake_case(type_name); }

}  // namespace codegen
