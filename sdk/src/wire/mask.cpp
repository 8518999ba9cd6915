#include "wire/mask.hpp"

#include <algorithm>
#include <array>

#include "wire/ascii.hpp"

namespace codex::detail {
namespace {

constexpr std::string_view mask = "***";

// A name is secret when it ends like one of these, upper case, `_` and `-` put aside.
constexpr std::array<std::string_view, 19> secret_names = {
    "apikey",       "accesstoken",   "refreshtoken",    "idtoken",     "bearertoken",
    "authtoken",    "sessiontoken",  "secretaccesskey", "accesskeyid", "secretkey",
    "clientsecret", "authorization", "password",        "usercode",    "devicecode",
    "codeverifier", "pairingcode",   "manualcode",      "privatekey"};

bool is_word_char(char c) {
  return is_ascii_letter(c) || is_ascii_digit(c) || c == '_' || c == '-';
}

bool is_token_char(char c) {
  return is_word_char(c) || c == '.' || c == '~' || c == '+' || c == '/' || c == '=';
}

bool is_secret_name(std::string_view word) {
  std::string plain;
  for (const char c : word) {
    if (c != '_' && c != '-') plain.push_back(ascii_lower(c));
  }
  return std::any_of(secret_names.begin(), secret_names.end(),
                     [&](std::string_view name) { return plain.ends_with(name); });
}

class Masker {
 public:
  explicit Masker(std::string_view text) : text_(text), is_json_(text.starts_with("{\"")) {
    out_.reserve(text.size());
  }

  std::string run() && {
    while (at_ < text_.size()) step();
    return std::move(out_);
  }

 private:
  void step() {
    const char c = text_[at_];
    if (c == '\\') {
      copy_escape();
    } else if (is_word_char(c)) {
      word();
    } else {
      copy(1);
    }
  }

  void copy(std::size_t count) {
    out_.append(text_.substr(at_, count));
    at_ = std::min(at_ + count, text_.size());
  }

  void replace(std::size_t count) {
    out_.append(mask);
    at_ += count;
  }

  template <class Predicate>
  std::size_t count_while(std::size_t from, Predicate predicate) const {
    std::size_t end = from;
    while (end < text_.size() && predicate(text_[end])) ++end;
    return end - from;
  }

  bool escaped_char_starts_word() const {
    const std::string_view rest = text_.substr(at_ + 1);
    return rest.starts_with("sk-") || rest.starts_with("eyJ");
  }

  // Keeps the letter of `\n` from looking like the first one of a word. In plain text (a Windows
  // path) it may be just that.
  void copy_escape() { copy(escaped_char_starts_word() ? 1 : 2); }

  void word() {
    const std::size_t length = count_while(at_, is_word_char);
    const std::string_view word = text_.substr(at_, length);
    if (word.starts_with("sk-") && length >= 10) return replace(length);
    if (is_jwt()) return replace(count_while(at_, is_token_char));
    copy(length);
    if (ascii_lower(word) == "bearer" || ascii_lower(word) == "basic") {
      bearer_token();
    } else if (is_secret_name(word)) {
      value_of_secret();
    }
  }

  // Looks no further than three letters unless they match: base64 is one long token of many words.
  bool is_jwt() const {
    if (!text_.substr(at_).starts_with("eyJ")) return false;
    const std::string_view token = text_.substr(at_, count_while(at_, is_token_char));
    return token.size() >= 20 && token.find('.') != std::string_view::npos;
  }

  void bearer_token() {
    const std::size_t blanks = count_while(at_, is_blank);
    const std::size_t length = count_while(at_ + blanks, is_token_char);
    if (blanks == 0 || length < 8) return;
    copy(blanks);
    replace(length);
  }

  std::size_t count_backslashes(std::size_t from) const {
    return count_while(from, [](char c) { return c == '\\'; });
  }

  // A quote at `from`, bare or escaped (JSON inside a JSON string): its length, 0 when none.
  std::size_t quote_at(std::size_t from) const {
    const std::size_t slashes = count_backslashes(from);
    const bool is_quote = from + slashes < text_.size() && text_[from + slashes] == '"';
    return is_quote ? slashes + 1 : 0;
  }

  // Stands behind a secret's name: `": "value"`, `=value`, `: value`.
  void value_of_secret() {
    const std::size_t key_quote = quote_at(at_);
    std::size_t next = at_ + key_quote;
    next += count_while(next, is_blank);
    if (next >= text_.size() || (text_[next] != ':' && text_[next] != '=')) return;
    ++next;
    next += count_while(next, is_blank);
    copy(next - at_);
    if (const std::size_t quote = quote_at(at_); quote > 0) {
      // Behind words in a string of a JSON line, a bare quote is the end of that string.
      if (is_json_ && quote == 1 && key_quote != 1) return;
      quoted_value(quote);
    } else if (key_quote > 0) {
      json_scalar();
    } else {
      bare_value();
    }
  }

  void quoted_value(std::size_t quote) {
    const std::size_t begin = at_ + quote;
    copy(quote);
    replace(closing_quote(begin, quote - 1) - begin);
  }

  // Where the text ends that a quote behind that many backslashes opened. Each level of nesting
  // doubles the backslashes: those of the text come in multiples of `step` before the closing ones.
  std::size_t closing_quote(std::size_t from, std::size_t backslashes) const {
    const std::size_t step = 2 * (backslashes + 1);
    while (from < text_.size()) {
      const std::size_t slashes = count_backslashes(from);
      const std::size_t at = from + slashes;
      const bool is_quote = at < text_.size() && text_[at] == '"';
      if (is_quote && (slashes <= backslashes || slashes % step == backslashes)) {
        return at - std::min(slashes, backslashes);
      }
      from = std::min(at + 1, text_.size());
    }
    return from;
  }

  // null, true and false tell nothing and a container is looked into; a number becomes another one.
  void json_scalar() {
    const std::size_t digits = count_while(at_, [](char c) {
      return is_ascii_digit(c) || c == '-' || c == '.' || c == '+' || ascii_lower(c) == 'e';
    });
    if (digits == 0 || text_[at_] == 'e' || text_[at_] == 'E') return;
    out_.push_back('0');
    at_ += digits;
  }

  void bare_value() {
    const std::size_t length = count_while(at_, is_token_char);
    const std::string scheme = ascii_lower(text_.substr(at_, length));
    if (scheme == "bearer" || scheme == "basic") {
      copy(length);
      bearer_token();
    } else if (length > 0) {
      replace(length);
    }
  }

  std::string_view text_;
  bool is_json_;  // a line of the wire, not plain text
  std::size_t at_ = 0;
  std::string out_;
};

}  // namespace

std::string mask_secrets(std::string_view text) { return Masker(text).run(); }

std::string excerpt(std::string_view text, std::size_t max_bytes) {
  // Masked with some text in reserve, so that a secret cut in two is still recognised.
  std::string masked = mask_secrets(text.substr(0, max_bytes * 20));
  std::replace_if(
      masked.begin(), masked.end(), [](unsigned char c) { return c < 0x20; }, ' ');
  if (masked.size() <= max_bytes) return masked;
  std::size_t end = max_bytes - 3;
  while (end > 0 && (static_cast<unsigned char>(masked[end]) & 0xC0) == 0x80) --end;
  masked.resize(end);
  return masked + "...";
}

}  // namespace codex::detail
