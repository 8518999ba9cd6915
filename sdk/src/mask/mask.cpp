#include "mask/mask.hpp"

#include <algorithm>
#include <utility>

#include "mask/find_secrets.hpp"
#include "mask/known_forms.hpp"
#include "mask/mask_json.hpp"
#include "mask/masked_copy.hpp"

namespace codex::detail {
namespace {

constexpr std::size_t reserve_of_excerpt = 20;
constexpr std::size_t max_cut_word = 256;

/// Drops the last word: if it was cut, it may be a key that is no longer recognised.
std::string_view without_last_word(std::string_view text) {
  const std::size_t least = text.size() - std::min(text.size(), max_cut_word);
  while (text.size() > least && is_tail_char(text.back(), KnownForm::Tail::token)) {
    text.remove_suffix(1);
  }
  return text;
}

}  // namespace

std::string mask_secrets(std::string_view text) {
  if (text.starts_with('{') || text.starts_with('[')) {
    if (auto masked = mask_json(text)) return *std::move(masked);
  }
  MaskedCopy copy(text);
  find_secrets(text, {}, [&](const SecretPart& part) { copy.hide(part); });
  return std::move(copy).finish();
}

std::string_view beginning_of(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  text = without_last_word(text.substr(0, max_bytes));
  while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0x80) != 0) {
    text.remove_suffix(1);
  }
  return text;
}

std::string excerpt(std::string_view text, std::size_t max_bytes) {
  // Masks some text beyond the limit, so that a secret at the cut is still recognised.
  std::string_view part = text.substr(0, max_bytes * reserve_of_excerpt);
  const bool is_cut = part.size() < text.size();
  std::string masked = mask_secrets(is_cut ? without_last_word(part) : part);
  std::replace_if(
      masked.begin(), masked.end(), [](unsigned char c) { return c < 0x20; }, ' ');
  if (!is_cut && masked.size() <= max_bytes) return masked;
  std::size_t end = std::min(masked.size(), max_bytes - 3);
  while (end > 0 && end < masked.size() &&
         (static_cast<unsigned char>(masked[end]) & 0xC0) == 0x80) {
    --end;
  }
  masked.resize(end);
  return masked + "...";
}

}  // namespace codex::detail
