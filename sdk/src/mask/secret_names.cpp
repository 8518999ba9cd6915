#include "mask/secret_names.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include "text/ascii.hpp"

namespace codex::detail {
namespace {

constexpr std::size_t max_name_letters = 64;

constexpr std::array<std::string_view, 19> secret_endings = {
    "token",     "secret",     "secrets",       "password",  "passwords", "passwd",  "passphrase",
    "passcode",  "credential", "credentials",   "apikey",    "secretkey", "authkey", "accesskey",
    "masterkey", "signingkey", "encryptionkey", "sharedkey", "privatekey"};

// Whole names, with their words joined.
constexpr std::array<std::string_view, 12> secret_compounds = {
    "accesskeyid",  "usercode",     "devicecode", "codeverifier",      "pairingcode", "manualcode",
    "recoverycode", "securitycode", "authcode",   "authorizationcode", "accountkey",  "privatemac"};

constexpr std::array<std::string_view, 31> harmless_keys = {
    "primary", "foreign", "public",  "cache",   "sort",  "partition", "idempotency", "identity",
    "unique",  "index",   "row",     "map",     "group", "lookup",    "env",         "config",
    "object",  "routing", "binding", "natural", "dedup", "parent",    "child",       "next",
    "first",   "last",    "arrow",   "hot",     "json",  "metadata",  "attribute"};

constexpr std::array<std::string_view, 19> harmless_tokens = {
    "page", "next", "previous", "progress", "cancellation", "cancel", "continuation",
    "stop", "eos",  "bos",      "pad",      "unk",          "sep",    "per",
    "by",   "sync", "mask",     "special",  "unexpected"};

constexpr std::array<std::string_view, 11> secret_parameters = {
    "key", "sig", "signature", "auth", "code", "pass", "pwd", "jwt", "hmac", "session", "sid"};

template <std::size_t n>
bool is_one_of(std::string_view word, const std::array<std::string_view, n>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

template <std::size_t n>
bool ends_with_one_of(std::string_view word, const std::array<std::string_view, n>& endings) {
  return std::any_of(endings.begin(), endings.end(),
                     [&](std::string_view ending) { return word.ends_with(ending); });
}

bool is_separator(char c) { return !is_ascii_letter(c) && !is_ascii_digit(c); }

/// `TOKEN_2` is one of several.
std::string_view without_number(std::string_view name) {
  while (!name.empty() && is_ascii_digit(name.back())) name.remove_suffix(1);
  while (!name.empty() && is_separator(name.back())) name.remove_suffix(1);
  return name;
}

/// Whether a word ends before `at`: `api_key`, `apiKey`, `APIKey`.
bool is_word_begin(std::string_view name, std::size_t at) {
  if (is_separator(name[at - 1])) return true;
  if (!is_ascii_upper(name[at])) return false;
  return !is_ascii_upper(name[at - 1]) ||
         (at + 1 < name.size() && is_ascii_letter(name[at + 1]) && !is_ascii_upper(name[at + 1]));
}

/// Removes and returns the last word, in lower case; empty if there is none.
std::string take_last_word(std::string_view& name) {
  while (!name.empty() && is_separator(name.back())) name.remove_suffix(1);
  std::size_t begin = name.size();
  while (begin > 0 && !is_separator(name[begin - 1])) {
    --begin;
    if (begin > 0 && is_word_begin(name, begin)) break;
  }
  std::string word = ascii_lower(name.substr(begin));
  name = name.substr(0, begin);
  return word;
}

std::string without_separators(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (!is_separator(c)) plain.push_back(ascii_lower(c));
  }
  return plain;
}

bool is_upper_case(std::string_view name) {
  return std::none_of(name.begin(), name.end(),
                      [](char c) { return is_ascii_letter(c) && !is_ascii_upper(c); });
}

/// For an environment variable the word alone is enough; elsewhere it depends on the kind of key.
bool is_secret_key(std::string_view name, std::string_view before) {
  if (before.empty() || before == "public" || before == "env") return false;
  return is_upper_case(name) || !is_one_of(before, harmless_keys);
}

bool is_secret_last_word(std::string_view name, std::string_view last, std::string_view before) {
  if (last == "key") return is_secret_key(name, before);
  if (last == "pass" || last == "pwd") return !before.empty() && before != "by";
  if (last == "auth") return before.empty() && name.starts_with('_');
  if (last == "token" && is_one_of(before, harmless_tokens)) return false;
  return ends_with_one_of(last, secret_endings) ||
         (last.size() > 3 && last != "oldpwd" && last.ends_with("pwd"));
}

}  // namespace

NameKind kind_of_name(std::string_view name) {
  if (name.size() > max_name_letters) name.remove_prefix(name.size() - max_name_letters);
  name = without_number(name);
  std::string_view rest = name;
  const std::string last = take_last_word(rest);
  if (last.empty()) return NameKind::plain;
  const std::string before = take_last_word(rest);
  // `userAuthorization` in an approval is a level.
  if (last == "authorization" && before == "user") return NameKind::plain;
  if (last == "authorization" || last == "cookie") return NameKind::header;
  if (is_secret_last_word(name, last, before)) return NameKind::secret;
  // `Pwd` of a connection string, but not the folder that PWD and `pwd` name.
  if (last == "pwd" && name.ends_with("Pwd")) return NameKind::secret;
  return ends_with_one_of(without_separators(name), secret_compounds) ? NameKind::secret
                                                                      : NameKind::plain;
}

bool is_secret_parameter(std::string_view name) {
  const std::string lower = ascii_lower(name);
  return is_one_of(lower, secret_parameters) || lower.ends_with("-signature") ||
         lower.ends_with("-credential") || kind_of_name(name) != NameKind::plain;
}

}  // namespace codex::detail
