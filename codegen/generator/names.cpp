#include "names.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include "reserved_names.hpp"

namespace codegen {
namespace {

// ASCII, whatever the locale: C++ names here use no other letters.
bool is_alnum(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }
bool is_upper(char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; }
bool is_lower(char c) { return std::islower(static_cast<unsigned char>(c)) != 0; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
char to_upper(char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); }
char to_lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

using Names = std::set<std::string_view>;

/// Whether a new word begins at `i`: `fooBar`, `foo9Bar`, and the last capital of `URLPath`.
bool begins_word(std::string_view text, std::size_t i) {
  if (i == 0 || !is_upper(text[i])) return false;
  if (is_lower(text[i - 1]) || is_digit(text[i - 1])) return true;
  return is_upper(text[i - 1]) && i + 1 < text.size() && is_lower(text[i + 1]);
}

std::string reserve(std::string name, const Names& taken) {
  if (taken.contains(name)) name += '_';
  return name;
}

}  // namespace

bool is_type_name(std::string_view name) {
  return !name.empty() && is_upper(name[0]) && std::all_of(name.begin(), name.end(), is_alnum);
}

std::string type_name(std::string name) {
  if (is_reserved_type(name)) name += '_';
  return name;
}

std::string pascal_case(std::string_view text) {
  std::string out;
  bool at_start = true;
  for (const char c : text) {
    if (!is_alnum(c)) {
      at_start = true;
      continue;
    }
    out += at_start ? to_upper(c) : c;
    at_start = false;
  }
  if (out.empty()) return "Value";
  return is_digit(out[0]) ? "_" + out : out;
}

std::string spelt_pascal_case(std::string_view text) {
  std::string spelt;
  for (const char c : text) {
    if (is_alnum(c)) {
      spelt += c;
    } else {
      spelt += c == '/' ? " slash " : c == '-' ? " dash " : c == '_' ? " underscore " : " other ";
    }
  }
  return pascal_case(spelt);
}

std::string snake_case(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool separator = !is_alnum(text[i]);
    if ((separator || begins_word(text, i)) && !out.empty() && out.back() != '_') out += '_';
    if (!separator) out += to_lower(text[i]);
  }
  while (!out.empty() && out.back() == '_') out.pop_back();
  if (out.empty()) return "value";
  if (is_digit(out.front())) out.insert(0, 1, '_');
  if (is_reserved_word(out)) out += '_';
  return out;
}

std::string member_name(std::string_view wire) {
  return reserve(snake_case(wire), {"extra", "type_info"});
}

std::string shared_member_name(std::string_view wire) {
  return reserve(member_name(wire), {"as", "is", "visit", "index", "data", "emplace"});
}

std::string enumerator_name(std::string_view wire) {
  return reserve(snake_case(wire), {"name", "value", "same", "is_known", "type_info", "as", "is",
                                    "visit", "index", "data", "emplace"});
}

}  // namespace codegen
