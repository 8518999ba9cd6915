#include "text.hpp"

#include <algorithm>
#include <array>
#include <sstream>

#include "names.hpp"

namespace codegen {
namespace {

/// Where to break a line of code that is too long: after `=` if the rest then fits, else after the
/// last comma that fits, another blank, a bracket, before `::`. 0 if nowhere.
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

std::string utf8(const std::filesystem::path& path) {
  const std::u8string text = path.u8string();
  return {text.begin(), text.end()};
}

std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) >> 6) != 2; }));
}

std::string banner(const Model& model) {
  return std::string(banner_begin) + " from schema/experimental (codex " + model.runtime_version +
         ").\n// Do not edit: change codegen/ and rebuild.\n";
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

std::string view_literal(std::string_view text) {
  if (text.find('\0') == text.npos) return literal(text);
  return "std::string_view(" + literal(text) + ", " + std::to_string(text.size()) + ")";
}

std::string json_text(const Json& json) {
  constexpr int one_line = -1;
  constexpr bool as_ascii = true;
  return json.dump(one_line, ' ', as_ascii);
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
