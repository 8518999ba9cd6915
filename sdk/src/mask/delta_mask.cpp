#include "mask/delta_mask.hpp"

#include <algorithm>
#include <utility>

#include "mask/base64.hpp"
#include "mask/find_secrets.hpp"
#include "mask/json_tokens.hpp"
#include "mask/mask_json.hpp"
#include "mask/masked_copy.hpp"

namespace codex::detail {
namespace {

constexpr std::size_t most_texts = 256;
constexpr std::size_t max_context = std::size_t{8} * 1024;
constexpr std::size_t max_member = 256;

/// The start of the last two lines: a value may be on the line after its name.
std::size_t begin_of_last_lines(std::string_view text, std::size_t depth) {
  const std::string_view line_end = depth == 0 ? "\n" : "\\n";
  std::size_t at = text.rfind(line_end);
  if (at == std::string_view::npos || at == 0) return 0;
  at = text.rfind(line_end, at - 1);
  return at == std::string_view::npos ? 0 : at + line_end.size();
}

/// The tail of a text that is too long for the context, starting at a blank, which splits no
/// escape.
std::size_t begin_of_end(std::string_view text) {
  return std::min(text.find(' ', text.size() - max_context / 2), text.size());
}

/// Identifies the text that a message's delta belongs to: its method, and all numbers and texts of
/// its params except the delta. Empty if there is no delta.
std::string text_key(std::string_view message) {
  if (message.find(R"("delta)") == std::string_view::npos) return {};
  JsonTokens tokens(message);
  std::string key;
  std::string_view name;
  std::size_t depth = 0;
  bool has_delta = false;
  for (JsonToken token = tokens.next(); token.kind != JsonToken::Kind::end; token = tokens.next()) {
    switch (token.kind) {
      case JsonToken::Kind::open:
        ++depth;
        break;
      case JsonToken::Kind::close:
        if (depth > 0) --depth;
        break;
      case JsonToken::Kind::string:
      case JsonToken::Kind::scalar: {
        const std::string_view text = tokens.text(token);
        if (tokens.is_name()) {
          name = text;
        } else if (depth == 2 && (name == "delta" || name == "deltaBase64")) {
          has_delta = true;
        } else if ((depth == 2 || name == "method") && text != "true" && text != "false") {
          key.append(name).append("=").append(text.substr(0, max_member)).append("\n");
        }
        break;
      }
      case JsonToken::Kind::invalid:
        return {};
      case JsonToken::Kind::comma:
      case JsonToken::Kind::colon:
      case JsonToken::Kind::end:
        break;
    }
  }
  return has_delta ? key : std::string();
}

}  // namespace

std::string TextInPieces::mask(std::string_view piece) {
  if (is_closed_) return piece.empty() ? "" : "***";
  std::string text = std::move(context_);
  const std::size_t before = text.size();
  text.append(piece);
  MaskedCopy copy(piece);
  const bool was_hidden = std::exchange(is_hidden_, false);
  std::size_t needed_since = text.size();
  find_secrets(text, {.depth = depth_, .ending = Ending::open}, [&](SecretPart part) {
    if (part.end == text.size()) {
      needed_since = part.origin;
      is_hidden_ = true;
    }
    if (part.end <= before) return;
    if (part.begin < before && was_hidden) part.shown = "";  // it was shown with the last piece
    part.begin = std::max(part.begin, before) - before;
    part.end -= before;
    copy.hide(part);
  });
  keep(text, needed_since);
  return std::move(copy).finish();
}

void TextInPieces::keep(std::string_view text, std::size_t needed_since) {
  std::size_t begin = std::min(begin_of_last_lines(text, depth_), needed_since);
  if (text.size() - begin > max_context) begin = std::min(begin_of_end(text), needed_since);
  is_closed_ = text.size() - begin > max_context;
  context_ = is_closed_ ? std::string() : std::string(text.substr(begin));
}

std::optional<std::string> DeltaMask::mask(std::string_view message) {
  const std::string key = text_key(message);
  if (key.empty()) return mask_json(message);
  return mask_json(message, [&](std::string_view text, bool is_base64) {
    if (!is_base64) return text_of(key, 1).mask(text);
    const auto bytes = decode_base64(text);
    return bytes ? encode_base64(text_of(key, 0).mask(*bytes)) : std::string("***");
  });
}

TextInPieces& DeltaMask::text_of(const std::string& key, std::size_t depth) {
  const auto [found, is_new] =
      texts_.try_emplace(key, Text{.pieces = TextInPieces(depth), .last_use = 0});
  found->second.last_use = ++uses_;
  if (is_new && texts_.size() > most_texts) {
    texts_.erase(std::min_element(texts_.begin(), texts_.end(), [](const auto& a, const auto& b) {
      return a.second.last_use < b.second.last_use;
    }));
  }
  return found->second.pieces;
}

}  // namespace codex::detail
