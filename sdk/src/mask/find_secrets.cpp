#include "mask/find_secrets.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "mask/key_blocks.hpp"
#include "mask/known_forms.hpp"
#include "mask/letters.hpp"
#include "mask/secret_names.hpp"
#include "mask/secret_urls.hpp"
#include "mask/secret_values.hpp"
#include "text/ascii.hpp"

namespace codex::detail {
namespace {

constexpr std::size_t max_word = 256;
constexpr std::size_t max_prefix_beyond_word = 8;  // `ya29.` is longer than a word
constexpr std::size_t max_wrappers = 4;
constexpr std::size_t max_wrapper_name = 24;
constexpr std::size_t min_open_tail = 4;
constexpr std::size_t max_element_name = 64;
constexpr std::size_t min_credentials = 8;
constexpr std::size_t max_scheme = 64;
constexpr std::size_t longest_plain_word = 20;
constexpr std::size_t min_code = 12;  // `?code=404` is no secret

struct Word {
  std::string letters;  // the first letters
  std::string beyond;   // the text after it, up to a blank
  std::size_t begin = 0;
  std::size_t end = 0;
  Letter before;
};

/// `authentication`, as it may follow `Basic` in a sentence.
bool is_plain_word(std::string_view text) {
  if (text.size() >= longest_plain_word) return false;
  return std::none_of(text.begin(), text.end(), [&](const char& c) {
    return !is_ascii_letter(c) || (is_ascii_upper(c) && &c != text.data());
  });
}

/// A value without content.
bool is_empty_value(std::string_view text) {
  constexpr std::array<std::string_view, 6> empty = {"null", "true", "false",
                                                     "none", "nil",  "undefined"};
  return std::find(empty.begin(), empty.end(), ascii_lower(text)) != empty.end();
}

/// As in `(risk: low, authorization: high)`.
bool is_level(std::string_view text) {
  return text == "low" || text == "medium" || text == "high" || text == "unknown";
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789.+-eE") == std::string_view::npos &&
         is_ascii_digit(text[text.front() == '-' && text.size() > 1 ? 1 : 0]);
}

bool is_user_option(std::string_view word) {
  return word == "-u" || word == "-U" || word == "--user" || word == "--proxy-user";
}

class Finder {
 public:
  Finder(std::string_view text, TextKind kind, const std::function<void(const SecretPart&)>& found)
      : letters_(text, kind.depth),
        ending_(kind.ending),
        values_(letters_, ending_),
        found_(found) {}

  void run() {
    Letter before;
    for (Letter letter = letters_.at(at_); !letter.is_end(); letter = letters_.at(at_)) {
      at_ = letter.end;
      if (letters_.is_doubtful(letter)) {
        // In plain text `\token` may be a path: then `t` is the first letter of a word.
        take_word(letters_.after_backslashes(letter).begin, letter);
        before = letter;
      } else if (is_word_char(letter.value)) {
        at_ = 0;
        take_word(letter.begin, before);
        before = {};
      } else {
        before = letter;
      }
    }
  }

 private:
  void take_word(std::size_t begin, const Letter& before) {
    const Word word = word_at(begin, before);
    if (at_ == 0) at_ = word.end;
    origin_ = before.is_end() ? begin : before.begin;
    (void)(known_key(word) || key_block(word) || url(word) || credentials(word) ||
           user_option(word) || named_value(word) || parameter(word));
  }

  [[nodiscard]] std::string_view text(std::size_t begin, std::size_t end) const {
    return letters_.text().substr(begin, end - begin);
  }

  [[nodiscard]] bool reaches_end(std::size_t end) const {
    return ending_ == Ending::open && end >= letters_.text().size();
  }

  /// Hides nothing twice, and no empty ranges.
  bool hide(std::size_t begin, std::size_t end, std::size_t after, std::string_view shown = "***") {
    if (begin >= end) return false;
    found_({.begin = begin, .end = end, .shown = shown, .origin = origin_});
    at_ = std::max(after, end);
    return true;
  }
  bool hide(std::size_t begin, std::size_t end) { return hide(begin, end, end); }

  [[nodiscard]] Word word_at(std::size_t begin, const Letter& before) const {
    Word word{.letters = {}, .beyond = {}, .begin = begin, .end = begin, .before = before};
    Letter letter = letters_.at(begin);
    for (; is_word_char(letter.value); letter = letters_.at(word.end)) {
      if (word.letters.size() < max_word) word.letters.push_back(letter.value);
      word.end = letter.end;
    }
    for (std::size_t at = word.end; word.beyond.size() < max_prefix_beyond_word;) {
      letter = letters_.at(at);
      if (!is_tail_char(letter.value, KnownForm::Tail::dotted)) break;
      word.beyond.push_back(letter.value);
      at = letter.end;
    }
    return word;
  }

  [[nodiscard]] std::size_t skip(std::size_t at, std::size_t count) const {
    for (; count > 0; --count) at = letters_.at(at).end;
    return at;
  }

  // --- Keys by their form ----

  bool known_key(const Word& word) {
    const std::string head = word.letters + word.beyond;
    for (std::size_t at = 0; at < word.letters.size(); ++at) {
      const bool is_begin = at == 0 || head[at - 1] == '_' || head[at - 1] == '-';
      if (!is_begin) continue;
      const KnownForm* form = known_form(std::string_view(head).substr(at));
      if (form == nullptr) continue;
      const std::size_t begin = letters_.at(skip(word.begin, at)).begin;
      if (hide(begin, end_of_key(*form, skip(begin, form->prefix.size())))) return true;
    }
    return false;
  }

  /// 0 if it is not long enough.
  [[nodiscard]] std::size_t end_of_key(const KnownForm& form, std::size_t at) {
    if (form.needs_dot && at < no_dot_until_) return 0;
    std::size_t length = 0;
    bool has_dot = false;
    for (Letter letter = letters_.at(at); is_tail_char(letter.value, form.tail);
         letter = letters_.at(at)) {
      has_dot = has_dot || letter.value == '.';
      ++length;
      at = letter.end;
    }
    if (length >= min_open_tail && reaches_end(at)) return at;
    if (form.needs_dot && !has_dot) no_dot_until_ = at;
    return length >= form.min_tail && (has_dot || !form.needs_dot) ? at : 0;
  }

  bool key_block(const Word& word) {
    const auto block = key_block_at(letters_, word.letters, word.end);
    return block && hide(block->begin, block->end);
  }

  // --- URLs ---

  bool url(const Word& word) {
    const auto found = secret_of_url(letters_, word.end, ending_);
    return found && hide(found->begin, found->end);
  }

  bool parameter(const Word& word) {
    const char before = word.before.value;
    if (before != '?' && before != '&' && before != ';') return false;
    const Letter equals = letters_.at(word.end);
    if (equals.value != '=' || !is_secret_parameter(word.letters)) return false;
    const std::size_t end = values_.of_parameter(equals.end);
    if (word.letters == "code" && end - equals.end < min_code && !reaches_end(end)) return false;
    return hide(equals.end, end);
  }

  // --- Authorization ---

  /// `Bearer X` and `Basic X`, wherever they are.
  bool credentials(const Word& word) {
    const std::string scheme = ascii_lower(word.letters);
    if (scheme != "bearer" && scheme != "basic") return false;
    const std::size_t begin = letters_.at(values_.skip_blanks(word.end)).begin;
    std::size_t end = begin;
    for (Letter letter = letters_.at(end); is_tail_char(letter.value, KnownForm::Tail::token);
         letter = letters_.at(end)) {
      end = letter.end;
    }
    if (begin == word.end || is_plain_word(text(begin, end))) return false;
    return (end - begin >= min_credentials || reaches_end(end)) && hide(begin, end);
  }

  /// `-u name:password`.
  bool user_option(const Word& word) {
    if (!is_user_option(word.letters)) return false;
    const std::size_t at = values_.skip_blanks(word.end);
    const Letter first = letters_.at(at);
    if (at == word.end || first.is_end()) return false;
    const std::size_t begin = is_quote(first) ? first.end : first.begin;
    const std::size_t end = is_quote(first) ? values_.of_quoted(first).end : values_.of_bare(begin);
    const std::string_view value = text(begin, end);
    const bool is_pair = value.find(':') != std::string_view::npos &&
                         value.find_first_not_of("0123456789:") != std::string_view::npos &&
                         value.find("://") == std::string_view::npos;
    return is_pair && hide(begin, end);
  }

  // --- Values of names ---

  bool named_value(const Word& word) {
    const NameKind kind = kind_of_name(word.letters);
    if (kind == NameKind::plain) return false;
    std::size_t at = word.end;
    const Letter quote = letters_.at(at);
    const bool is_quoted = is_quote(quote);
    if (is_quoted) {
      at = quote.end;
      if (letters_.at(at).value == ']') at = letters_.at(at).end;  // env["TOKEN"]
    }
    at = values_.skip_blanks(at);
    if (letters_.at(at).value == '>' && is_element(word)) {
      const std::size_t begin = letters_.at(at).end;
      return hide(begin, values_.of_element(begin));
    }
    if (is_quoted && letters_.at(at).value == ',') return next_of_list(word, letters_.at(at).end);
    if (const auto after = after_separator(at)) return value(word, kind, *after, is_quoted);
    const bool is_option = word.letters.starts_with('-') && at > word.end && !is_quoted &&
                           letters_.at(at).value != '-';
    return is_option && value(word, NameKind::secret, at, false);
  }

  /// `<password>`, `<db.password>`.
  [[nodiscard]] bool is_element(const Word& word) const {
    std::string_view before = letters_.text().substr(0, word.begin);
    before.remove_prefix(before.size() - std::min(before.size(), max_element_name));
    while (!before.empty() && is_tail_char(before.back(), KnownForm::Tail::dotted)) {
      before.remove_suffix(1);
    }
    return before.ends_with('<');
  }

  /// `"--api-key", "X"`, and `"name": "API_KEY", "value": "X"`.
  bool next_of_list(const Word& word, std::size_t at) {
    Letter quote = letters_.at(values_.skip_space(at));
    if (!is_quote(quote)) return false;
    if (!word.letters.starts_with('-')) {
      const Word name = word_at(quote.end, quote);
      const Letter after = letters_.at(name.end);
      if (name.letters != "value" || !is_quote(after)) return false;
      const auto separator = after_separator(values_.skip_blanks(after.end));
      if (!separator) return false;
      quote = letters_.at(values_.skip_space(*separator));
    }
    return is_quote(quote) && quoted_values(quote);
  }

  /// The position after `:`, `=`, `:=` or `=>`; nothing for `::`, `==` or anything else.
  [[nodiscard]] std::optional<std::size_t> after_separator(std::size_t at) const {
    const Letter first = letters_.at(at);
    if (first.value != ':' && first.value != '=') return std::nullopt;
    const Letter second = letters_.at(first.end);
    if (second.value == first.value) return std::nullopt;
    const bool is_double = second.value == (first.value == ':' ? '=' : '>');
    return is_double ? second.end : first.end;
  }

  bool value(const Word& word, NameKind kind, std::size_t at, bool is_quoted) {
    at = first_of_value(at);
    const Letter first = letters_.at(at);
    if (first.is_end()) return false;
    if (first.value == '{') return is_quoted && hide(first.end, values_.of_object(first));
    if (is_quote(first)) return quoted_values(first);
    if (kind == NameKind::header && !is_quoted) return rest_of_line(word, first.begin);
    return bare_value(first.begin, is_quoted);
  }

  /// Steps into `Some("`, `["`, `b"` and the like; a quote may be on the next line.
  [[nodiscard]] std::size_t first_of_value(std::size_t at) const {
    at = values_.skip_blanks(at);
    for (std::size_t count = 0; count < max_wrappers; ++count) {
      const std::size_t next = values_.skip_space(at);
      if (is_quote(letters_.at(next))) return next;
      const std::size_t inner = after_wrapper(at);
      if (inner == at) break;
      at = inner;
    }
    return at;
  }

  [[nodiscard]] std::size_t after_wrapper(std::size_t begin) const {
    std::size_t at = begin;
    std::size_t length = 0;
    for (Letter letter = letters_.at(at); is_word_char(letter.value) && length < max_wrapper_name;
         letter = letters_.at(at)) {
      at = letter.end;
      ++length;
    }
    const Letter next = letters_.at(at);
    if (is_quote(next)) return length <= 2 ? at : begin;  // b"
    if (next.value == '$' && is_quote(letters_.at(next.end))) return next.end;
    const bool is_list = next.value == '[' && length == 0;
    if (!is_list && next.value != '(') return begin;
    const std::size_t inner = values_.skip_space(next.end);
    return is_list || is_quote(letters_.at(inner)) || length == 0 ? inner : begin;
  }

  /// Also hides those after it, in a list.
  bool quoted_values(const Letter& open) {
    bool has_hidden = false;
    for (Letter quote = open; is_quote(quote);) {
      const auto part = values_.of_quoted(quote);
      has_hidden = hide(part.begin, part.end, part.after) || has_hidden;
      if (!is_in_list(open)) break;
      const Letter comma = letters_.at(values_.skip_space(part.after));
      if (comma.value != ',') break;
      quote = letters_.at(values_.skip_space(comma.end));
    }
    return has_hidden;
  }

  [[nodiscard]] bool is_in_list(const Letter& open) const {
    std::size_t at = open.begin;
    while (at > 0 && (letters_.text()[at - 1] == ' ' || letters_.text()[at - 1] == '\n')) --at;
    return at > 0 && letters_.text()[at - 1] == '[';
  }

  bool rest_of_line(const Word& word, std::size_t begin) {
    std::size_t at = begin;
    Letter letter = letters_.at(at);
    for (std::size_t length = 0; is_word_char(letter.value) && length < max_scheme; ++length) {
      at = letter.end;
      letter = letters_.at(at);
    }
    // Checked first, since other words of the line would read to its end again.
    if (is_level(text(begin, at))) return false;
    const std::size_t end = values_.of_line(begin, word.before);
    // The scheme stays, if something follows.
    const std::size_t credentials = values_.skip_blanks(at);
    return hide(credentials > at && credentials < end ? credentials : begin, end);
  }

  bool bare_value(std::size_t begin, bool is_quoted) {
    const std::size_t end = values_.of_bare(begin);
    const std::string_view value = text(begin, end);
    if (is_empty_value(value)) return false;
    // In JSON within a text a number stays one.
    if (is_quoted && is_number(value)) return hide(begin, end, end, "0");
    if (!hide(begin, end)) return false;
    // `token: str = "..."`: that was its type.
    const auto after = after_separator(values_.skip_blanks(end));
    if (!after) return true;
    const Letter quote = letters_.at(values_.skip_blanks(*after));
    if (is_quote(quote)) (void)quoted_values(quote);
    return true;
  }

  const Letters letters_;
  const Ending ending_;
  const ValueEnds values_;
  const std::function<void(const SecretPart&)>& found_;
  std::size_t at_ = 0;
  std::size_t origin_ = 0;  // of the current word
  // The end of a run without a dot, so that its words do not read it again and again.
  std::size_t no_dot_until_ = 0;
};

}  // namespace

void find_secrets(std::string_view text, TextKind kind,
                  const std::function<void(const SecretPart&)>& found) {
  Finder(text, kind, found).run();
}

}  // namespace codex::detail
