#include "mask/mask_json.hpp"

#include <string>
#include <vector>

#include <codex/protocol/support/json.hpp>

#include "mask/base64.hpp"
#include "mask/find_secrets.hpp"
#include "mask/json_tokens.hpp"
#include "mask/letters.hpp"
#include "mask/masked_copy.hpp"
#include "mask/secret_names.hpp"

namespace codex::detail {
namespace {

using Kind = JsonToken::Kind;

constexpr std::size_t max_name = 256;
constexpr std::size_t depth_of_params = 2;
constexpr int max_nesting = 4;  // of JSON in a string of JSON; deeper levels are text

/// The end of a name, with its escapes resolved.
std::string resolved(std::string_view text) {
  if (text.size() > max_name) text.remove_prefix(text.size() - max_name);
  const Letters letters(text, 1);
  std::string name;
  std::size_t at = 0;
  for (Letter letter = letters.at(at); !letter.is_end(); letter = letters.at(at)) {
    name.push_back(letter.value);
    at = letter.end;
  }
  return name;
}

/// A JSON Schema describes the secret, but contains none.
bool describes(std::string_view name) {
  return name == "type" || name == "description" || name == "title" || name == "format";
}

bool is_secret(std::string_view name) { return kind_of_name(name) != NameKind::plain; }

/// `--api-key`, whose value is the next one of a list.
bool is_option(std::string_view text) {
  return text.starts_with('-') && text.find('=') == std::string_view::npos && is_secret(text);
}

const MaskDelta no_deltas;

class JsonMasker {
 public:
  JsonMasker(std::string_view json, const MaskDelta& mask_delta, int nesting)
      : tokens_(json), copy_(json), mask_delta_(mask_delta), nesting_(nesting) {}

  std::optional<std::string> run() && {
    for (JsonToken token = tokens_.next(); token.kind != Kind::end; token = tokens_.next()) {
      if (!take(token)) return std::nullopt;
    }
    return std::move(copy_).finish();
  }

 private:
  struct Container {
    bool is_secret = false;       // by the name of a member around it
    bool names_secret = false;    // its member `name` names a secret
    bool follows_option = false;  // the previous text was `--api-key`
  };

  bool take(const JsonToken& token) {
    switch (token.kind) {
      case Kind::open:
        containers_.push_back({.is_secret = is_secret_here()});
        name_.clear();
        break;
      case Kind::close:
        if (containers_.empty()) return false;
        containers_.pop_back();
        name_.clear();
        break;
      case Kind::comma:
        name_.clear();
        break;
      case Kind::colon:
        break;
      case Kind::string:
        tokens_.is_name() ? take_name(token) : take_text(token);
        break;
      case Kind::scalar:
        return take_scalar(token);
      case Kind::end:
      case Kind::invalid:
        return false;
    }
    return true;
  }

  [[nodiscard]] bool is_secret_here() const {
    if (is_secret(name_)) return true;
    if (containers_.empty()) return false;
    const Container& around = containers_.back();
    return (around.is_secret && !describes(name_)) || around.follows_option ||
           (around.names_secret && name_ == "value");
  }

  void take_name(const JsonToken& token) {
    name_ = resolved(tokens_.text(token));
    mask(token);
  }

  void take_text(const JsonToken& token) {
    const bool is_hidden = is_secret_here();
    note_text(token);
    if (is_hidden) {
      if (token.end > token.begin) copy_.hide({.begin = token.begin, .end = token.end});
    } else if (is_delta()) {
      replace(token, mask_delta_(tokens_.text(token), name_ == "deltaBase64"));
    } else if (name_.ends_with("Base64")) {
      mask_base64(token);
    } else {
      mask(token);
    }
  }

  void note_text(const JsonToken& token) {
    if (containers_.empty() || token.end - token.begin > max_name) return;
    Container& around = containers_.back();
    around.follows_option = name_.empty() && is_option(resolved(tokens_.text(token)));
    if (name_ == "name" || name_ == "key" || name_ == "header") {
      around.names_secret = is_secret(resolved(tokens_.text(token)));
    }
  }

  [[nodiscard]] bool is_delta() const {
    return mask_delta_ && containers_.size() == depth_of_params &&
           (name_ == "delta" || name_ == "deltaBase64");
  }

  bool take_scalar(const JsonToken& token) {
    const std::string_view text = tokens_.text(token);
    if (text == "null" || text == "true" || text == "false") return true;
    if (text.find_first_not_of("0123456789+-.eE") != std::string_view::npos) return false;
    if (is_secret_here()) replace(token, "0");
    return true;
  }

  void mask(const JsonToken& token) {
    if (mask_nested(token)) return;
    find_secrets(tokens_.text(token), {.depth = 1},
                 [&](const SecretPart& part) { copy_.hide(part, token.begin); });
  }

  /// False if it is no JSON.
  bool mask_nested(const JsonToken& token) {
    const std::string_view text = tokens_.text(token);
    if (nesting_ == max_nesting || !(text.starts_with('{') || text.starts_with('['))) return false;
    const Json string = Json::parse("\"" + std::string(text) + "\"", nullptr, false);
    if (!string.is_string()) return false;
    const auto& inner = string.get_ref<const std::string&>();
    const auto masked = JsonMasker(inner, no_deltas, nesting_ + 1).run();
    if (!masked) return false;
    if (*masked == inner) return true;
    const std::string quoted = Json(*masked).dump(-1, ' ', false, Json::error_handler_t::replace);
    replace(token, std::string_view(quoted).substr(1, quoted.size() - 2));
    return true;
  }

  void mask_base64(const JsonToken& token) {
    const auto bytes = decode_base64(tokens_.text(token));
    if (!bytes) return mask(token);
    MaskedCopy copy(*bytes);
    bool has_secret = false;
    find_secrets(*bytes, {}, [&](const SecretPart& part) {
      copy.hide(part);
      has_secret = true;
    });
    if (has_secret) replace(token, encode_base64(std::move(copy).finish()));
  }

  void replace(const JsonToken& token, std::string_view shown) {
    copy_.hide({.begin = token.begin, .end = token.end, .shown = shown});
  }

  JsonTokens tokens_;
  MaskedCopy copy_;
  const MaskDelta& mask_delta_;
  const int nesting_;
  std::vector<Container> containers_;
  std::string name_;  // of the member whose value comes next
};

}  // namespace

std::optional<std::string> mask_json(std::string_view json, const MaskDelta& mask_delta) {
  return JsonMasker(json, mask_delta, 0).run();
}

}  // namespace codex::detail
