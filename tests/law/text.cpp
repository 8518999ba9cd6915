#include "law/text.hpp"

#include <array>
#include <cstdio>
#include <utility>
#include <vector>

namespace law {

namespace {

using codex::Json;

/// A separate writer, so that the tests read texts that neither our library nor another one wrote.
class Writer {
 public:
  explicit Writer(Random& random) : random_(random) {}

  void value(const Json& json) {
    space();
    if (json.is_object()) {
      object(json);
    } else if (json.is_array()) {
      list(json);
    } else if (json.is_string()) {
      string(json.get_ref<const std::string&>());
    } else if (json.is_number_float()) {
      number(json.get<double>());
    } else {
      out_ += json.dump();
    }
    space();
  }

  std::string take() { return std::move(out_); }

 private:
  void space() {
    static constexpr std::array<const char*, 6> spaces = {" ", "\n", "\t", "\r\n", "  \n ", ""};
    if (random_.one_in(16)) out_ += random_.pick(spaces);
  }

  void object(const Json& json) {
    std::vector<std::pair<const std::string*, const Json*>> members;
    for (const auto& [key, member] : json.get_ref<const Json::object_t&>()) {
      members.emplace_back(&key, &member);
    }
    for (std::size_t i = members.size(); i > 1; --i) {
      std::swap(members[i - 1], members[random_.below(i)]);
    }
    char before = '{';
    for (const auto& [key, member] : members) {
      out_ += before;
      before = ',';
      space();
      string(*key);
      space();
      out_ += ':';
      value(*member);
    }
    if (members.empty()) {
      out_ += '{';
      space();
    }
    out_ += '}';
  }

  void list(const Json& json) {
    char before = '[';
    for (const Json& element : json) {
      out_ += before;
      before = ',';
      value(element);
    }
    if (json.empty()) {
      out_ += '[';
      space();
    }
    out_ += ']';
  }

  void number(double value) {
    const char* format = random_.one_in(2) ? "%.17e" : random_.one_in(2) ? "%.17E" : "%.17g";
    std::array<char, 40> buffer{};
    std::snprintf(buffer.data(), buffer.size(), format, value);
    out_ += buffer.data();
    // 1 would come back as an integer.
    if (out_.find_first_of(".eE", out_.size() - std::char_traits<char>::length(buffer.data())) ==
        std::string::npos) {
      out_ += ".0";
    }
  }

  void string(const std::string& text) {
    const bool escapes = random_.one_in(8);
    out_ += '"';
    for (std::size_t i = 0; i < text.size();) i += character(text, i, escapes);
    out_ += '"';
  }

  /// Writes the character at `i`; returns how many bytes it has.
  std::size_t character(const std::string& text, std::size_t i, bool escapes) {
    const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[i + k]); };
    const unsigned char lead = byte(0);
    const bool needed = lead < 0x20 || lead == '"' || lead == '\\';
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (!needed && !(escapes && random_.one_in(2))) {
      out_.append(text, i, size);
      return size;
    }
    if ((lead == '"' || lead == '\\' || lead == '/') && random_.one_in(2)) {
      out_ += '\\';
      out_ += static_cast<char>(lead);
      return size;
    }
    if (lead == '\n' && random_.one_in(2)) {
      out_ += "\\n";
      return size;
    }
    unsigned c = size == 1 ? lead : lead & (0x7fU >> size);
    for (std::size_t k = 1; k < size; ++k) c = c << 6 | (byte(k) & 0x3fU);
    if (c < 0x10000) {
      unit(c);
    } else {
      unit(0xd800 + ((c - 0x10000) >> 10));
      unit(0xdc00 + ((c - 0x10000) & 0x3ff));
    }
    return size;
  }

  void unit(unsigned code) {
    std::array<char, 8> buffer{};
    std::snprintf(buffer.data(), buffer.size(), random_.one_in(2) ? "\\u%04x" : "\\u%04X", code);
    out_ += buffer.data();
  }

  Random& random_;
  std::string out_;
};

}  // namespace

std::string odd_text(const Json& value, Random& random) {
  Writer writer(random);
  writer.value(value);
  return writer.take();
}

std::string with_raw(const Json& value, const std::string& raw) {
  std::string text = value.dump();
  const std::string quoted = '"' + hole + '"';
  return text.replace(text.find(quoted), quoted.size(), raw);
}

}  // namespace law
