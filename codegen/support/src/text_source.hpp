#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <codex/protocol/support/json.hpp>

#include "bytes.hpp"
#include "failure.hpp"
#include "json_type.hpp"
#include "number.hpp"
#include "text_index.hpp"
#include "unescape.hpp"

namespace codex::protocol::detail {

/// The tokens of a JSON text, read from left to right: the decoder's input. Each reading function
/// steps past the value that it reads and throws Failure if the text is no JSON.
class TextSource {
 public:
  using Mark = const std::uint32_t*;

  explicit TextSource(std::string_view text)
      : index_(text), text_(text), at_(index_.tokens().data()), end_(at_ + index_.tokens().size()) {
    if (!ends_with_bracket()) close();
  }
  TextSource(const TextSource&) = delete;
  TextSource(TextSource&&) = delete;
  TextSource& operator=(const TextSource&) = delete;
  TextSource& operator=(TextSource&&) = delete;
  ~TextSource() = default;

  [[nodiscard]] Mark mark() const noexcept { return at_; }
  void rewind(Mark mark) noexcept { at_ = mark; }

  /// Whether the next value is of that type.
  [[nodiscard]] bool is(JsonType wanted) const {
    return types[static_cast<unsigned char>(peek())] == wanted;
  }
  /// The type of the next value.
  [[nodiscard]] JsonType type() const {
    const JsonType type = types[static_cast<unsigned char>(peek())];
    if (type == JsonType::other) fail("unexpected character");
    return type;
  }

  void null() { literal("null"); }

  bool boolean() {
    const bool value = peek() == 't';
    value ? literal("true") : literal("false");
    return value;
  }

  Number number() {
    const Number number = parse_number(token_begin(), token_end());
    if (number.kind == Number::Kind::none) fail("invalid number");
    ++at_;
    return number;
  }

  /// The text of the next value, a number.
  [[nodiscard]] std::string number_text() const { return {token_begin(), token_end()}; }

  /// Whether the next value is a number without fraction and exponent.
  [[nodiscard]] bool is_whole() const {
    return number_text().find_first_of(".eE") == std::string::npos;
  }

  void string(std::string& out) {
    const char* begin = token_begin() + 1;
    const char* end = string_end();
    if (find_backslash(begin, end) == end) {
      set(out, begin, end);
    } else {
      set_unescaped(begin, end, out);
    }
    ++at_;
  }

  /// The next value, a string; `scratch` holds it when it has escapes.
  std::string_view string_view(std::string& scratch) {
    const char* begin = token_begin() + 1;
    const char* end = string_end();
    if (find_backslash(begin, end) != end) {
      string(scratch);
      return scratch;
    }
    ++at_;
    return {begin, static_cast<std::size_t>(end - begin)};
  }

  /// Whether the members after the current one can be read without going back.
  static constexpr bool reads_on = true;

  /// Calls `each(spelling)` for each member of the object, which must read its value; `name` makes
  /// the member's name of its spelling.
  template <class Each>
  void members(Each&& each) {
    for (bool more = opened('}'); more; more = another('}')) each(member_name());
  }

  /// The same from the object's start, or from after its first member. What `each` throws goes to
  /// `failed(failure)`, which rethrows it, or reads the value itself.
  template <class Each, class Failed>
  void members(Members which, Each&& each, Failed&& failed) {
    bool more = which == Members::all ? opened('}') : another('}');
    while (more) {
      try {
        for (; more; more = another('}')) each(member_name());
      } catch (Failure& failure) {
        failed(failure);
        more = another('}');
      }
    }
  }

  /// The same until `each` returns true; then the source is somewhere within the object.
  template <class Each>
  void members_until(Each&& each) {
    for (bool more = opened('}'); more; more = another('}')) {
      if (each(member_name())) return;
    }
  }

  /// Goes back to the value of a member that was read before.
  void rewind_to_member(std::string_view spelling) noexcept;

  /// Decodes a member's name; if it has escapes, `scratch` holds it.
  std::string_view name(std::string_view spelling, std::string& scratch) const {
    const char* end = spelling.data() + spelling.size();
    if (find_backslash(spelling.data(), end) == end) return spelling;
    set_unescaped(spelling.data(), end, scratch);
    return scratch;
  }

  /// A lower bound for the number of elements of the next value, an array, from a short look.
  [[nodiscard]] std::size_t elements_ahead() const noexcept;

  /// Calls `each()` for each element of the array, which must read it.
  template <class Each>
  void elements(Each&& each) {
    for (bool more = opened(']'); more; more = another(']')) each();
  }

  /// Skips the next value unvalidated; callers rewind and read it later.
  void skip();

  /// The next value, whatever it is, `depth` levels below the top.
  Json json(std::size_t depth) {
    repeats_ = false;
    return json(depth, nullptr);
  }
  /// Whether the value that `json` or `tree` returned last has a repeated member.
  [[nodiscard]] bool repeats() const noexcept { return repeats_; }

  /// The next value as a tree, stored in `scratch`.
  const Json& tree(Json& scratch, std::size_t depth) { return scratch = json(depth); }

  /// Throws Failure unless the text has been read to its end.
  void finish() const {
    if (at_ != end_) fail("more text after the value");
  }

 private:
  static constexpr std::array<JsonType, 256> types = [] {
    std::array<JsonType, 256> out{};
    out.fill(JsonType::other);
    for (const char c : std::string_view("-0123456789")) {
      out[static_cast<unsigned char>(c)] = JsonType::number;
    }
    out['n'] = JsonType::null;
    out['t'] = out['f'] = JsonType::boolean;
    out['"'] = JsonType::string;
    out['['] = JsonType::array;
    out['{'] = JsonType::object;
    return out;
  }();

  struct Level;
  Json json(std::size_t depth, const Level* above);
  [[noreturn]] void not_double(const Level* level) const;
  [[noreturn]] void fail(const char* reason) const;
  /// In fewer steps than `assign`.
  static void set(std::string& out, const char* begin, const char* end) {
    std::string fresh(begin, end);
    std::destroy_at(&out);
    std::construct_at(&out, std::move(fresh));
  }
  void set_unescaped(const char* begin, const char* end, std::string& out) const;

  /// In a text that ends with a bracket, only reads after another bracket can pass the end, so only
  /// those are checked. Other texts are closed first.
  [[nodiscard]] bool ends_with_bracket() const noexcept {
    if (at_ == end_) return false;
    const char last = text_[end_[-1]];
    return last == '}' || last == ']';
  }
  void close();
  void check_end() const {
    if (at_ == end_) fail("unexpected end");
  }
  [[nodiscard]] char peek() const { return *token_begin(); }
  [[nodiscard]] const char* token_begin() const noexcept { return text_.data() + *at_; }
  /// Where the token ends, without the white space after it.
  [[nodiscard]] const char* token_end() const noexcept {
    const char* end = text_.data() + at_[1];
    if (static_cast<unsigned char>(end[-1]) > ' ') return end;
    while (end[-1] == ' ' || end[-1] == '\n' || end[-1] == '\r' || end[-1] == '\t') --end;
    return end;
  }
  /// The closing quote: only white space separates it from the next token.
  [[nodiscard]] const char* string_end() const {
    const char* quote = token_end() - 1;
    if (quote == token_begin() || *quote != '"') fail("unclosed string");
    return quote;
  }
  std::string_view member_name() {
    if (peek() != '"') fail("expected a member name");
    const char* begin = token_begin() + 1;
    const std::string_view spelling(begin, static_cast<std::size_t>(string_end() - begin));
    ++at_;
    if (peek() != ':') fail("expected a colon");
    ++at_;
    return spelling;
  }
  template <std::size_t size>
  void literal(const char (&word)[size]) {
    const std::string_view token(token_begin(),
                                 static_cast<std::size_t>(token_end() - token_begin()));
    if (!same_text(token, {word, size - 1})) fail("invalid literal");
    ++at_;
  }
  /// Steps into an object or array; true if it is not empty. Otherwise steps out.
  bool opened(char closing) {
    ++at_;
    if (peek() != closing) return true;
    ++at_;
    return false;
  }
  bool another(char closing) {
    check_end();
    const char c = peek();
    if (c != ',' && c != closing) fail("expected a comma or the end");
    ++at_;
    return c == ',';
  }

  TextIndex index_;
  std::string closed_;
  std::string_view text_;
  const std::uint32_t* at_;
  const std::uint32_t* end_;
  bool repeats_ = false;
};

}  // namespace codex::protocol::detail
