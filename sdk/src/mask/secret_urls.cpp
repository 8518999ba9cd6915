#include "mask/secret_urls.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "mask/secret_values.hpp"
#include "text/ascii.hpp"

namespace codex::detail {
namespace {

constexpr std::size_t max_login = 256;
constexpr std::size_t min_token = 16;  // `git@` is a name

constexpr std::array<std::string_view, 6> webhooks = {
    "hooks.slack.com/services/",    "hooks.slack.com/workflows/",  "discord.com/api/webhooks/",
    "discordapp.com/api/webhooks/", "outlook.office.com/webhook/", "api.telegram.org/bot"};

bool ends_host(char c) { return c == '/' || c == '?' || c == '#'; }

/// The text between `://` and the last `@`, if it can be a login.
class Login {
 public:
  Login(const Letters& letters, std::size_t begin) : letters_(letters), begin_(begin) {
    std::size_t at = begin;
    for (std::size_t count = 0; count < max_login; ++count) {
      const Letter letter = letters.at(at);
      if (letter.is_end() || letters.is_space(letter) || is_quote(letter) || letter.value == '<') {
        reaches_end_ = letter.is_end();
        break;
      }
      see(letter);
      // A `/` may be part of a password, but not in `host:80/a@b`.
      if (is_after_host_ && (has_at() || !has_password())) break;
      at = letter.end;
    }
  }

  [[nodiscard]] std::optional<SecretPart> secret(Ending ending) const {
    if (has_at()) {
      const bool is_secret = colon_ < at_ || at_ - begin_ >= min_token;
      return is_secret ? std::optional(SecretPart{begin_, at_}) : std::nullopt;
    }
    if (ending == Ending::open && reaches_end_ && has_password()) {
      return SecretPart{after_colon_, letters_.text().size()};
    }
    return std::nullopt;
  }

 private:
  void see(const Letter& letter) {
    is_after_host_ = is_after_host_ || ends_host(letter.value);
    if (letter.value == ':' && colon_ == none) {
      colon_ = letter.begin;
      after_colon_ = letter.end;
    } else if (letter.value == '@') {
      at_ = letter.begin;
    } else if (colon_ != none && !is_after_host_ && !is_ascii_digit(letter.value)) {
      is_port_ = false;
    }
  }

  [[nodiscard]] bool has_at() const { return at_ != none; }
  [[nodiscard]] bool has_password() const { return colon_ != none && !is_port_; }

  static constexpr std::size_t none = std::string_view::npos;

  const Letters& letters_;
  const std::size_t begin_;
  std::size_t colon_ = none;
  std::size_t after_colon_ = none;
  std::size_t at_ = none;
  bool is_port_ = true;
  bool is_after_host_ = false;
  bool reaches_end_ = false;
};

}  // namespace

std::optional<SecretPart> secret_of_url(const Letters& letters, std::size_t at, Ending ending) {
  for (const char expected : std::string_view("://")) {
    const Letter letter = letters.at(at);
    if (letter.value != expected) return std::nullopt;
    at = letter.end;
  }
  const ValueEnds ends(letters, ending);
  for (const std::string_view webhook : webhooks) {
    if (letters.text().substr(at).starts_with(webhook)) {
      return SecretPart{at + webhook.size(), ends.of_parameter(at + webhook.size())};
    }
  }
  return Login(letters, at).secret(ending);
}

}  // namespace codex::detail
