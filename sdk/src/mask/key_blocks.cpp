#include "mask/key_blocks.hpp"

#include <algorithm>
#include <string>

#include "mask/known_forms.hpp"
#include "text/ascii.hpp"

namespace codex::detail {
namespace {

constexpr std::size_t min_dashes = 4;
constexpr std::size_t max_label = 80;

std::string_view without_dashes(std::string_view word) {
  const std::size_t dashes = std::min(word.find_first_not_of('-'), word.size());
  return dashes < min_dashes ? std::string_view() : word.substr(dashes);
}

bool is_secret_label(std::string_view label) {
  const std::string lower = ascii_lower(label);
  return lower.find("key") != std::string::npos && lower.find("public") == std::string::npos;
}

/// Where the body begins, after the label and its dashes; 0 if the label names no secret.
std::size_t after_label(const Letters& letters, std::size_t at) {
  std::string label;
  std::size_t dashes = 0;
  for (Letter letter = letters.at(at); label.size() < max_label; letter = letters.at(at)) {
    if (letter.value == '-') {
      ++dashes;
    } else if (dashes >= min_dashes) {
      return is_secret_label(label) ? at : 0;
    } else if (letter.is_end() || letters.ends_line(letter)) {
      return 0;
    } else {
      dashes = 0;
    }
    label.push_back(letter.value);
    at = letter.end;
  }
  return 0;
}

/// Where `-----END` begins.
std::size_t end_of_body(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find("END ", from); at != std::string_view::npos;
       at = text.find("END ", at + 1)) {
    std::size_t begin = at;
    if (begin > from && text[begin - 1] == ' ') --begin;
    const std::size_t after_dashes = begin;
    while (begin > from && text[begin - 1] == '-') --begin;
    if (after_dashes - begin >= min_dashes) return begin;
  }
  return text.size();
}

}  // namespace

std::optional<SecretPart> key_block_at(const Letters& letters, std::string_view word,
                                       std::size_t word_end) {
  if (word == "Private-Lines") {
    const std::size_t end = letters.text().find("Private-MAC", word_end);
    return SecretPart{.begin = word_end, .end = std::min(end, letters.text().size())};
  }
  if (word.size() < min_dashes || word[0] != '-') return std::nullopt;
  std::size_t at = word_end;
  std::string begin(without_dashes(word));
  if (begin.empty() && letters.at(at).value == ' ') {  // `---- BEGIN`
    at = letters.at(at).end;
    for (Letter letter = letters.at(at); is_ascii_letter(letter.value) && begin.size() < 6;
         letter = letters.at(at)) {
      begin.push_back(letter.value);
      at = letter.end;
    }
  }
  if (begin != "BEGIN") return std::nullopt;
  const std::size_t body = after_label(letters, at);
  if (body == 0) return std::nullopt;
  return SecretPart{.begin = body, .end = end_of_body(letters.text(), body)};
}

}  // namespace codex::detail
