#pragma once

#include <cstdint>
#include <string_view>

namespace codex::detail {

enum class NameKind : std::uint8_t {
  plain,
  secret,  // its value is a secret
  header,  // so is the rest of the line: Authorization, Cookie
};

/// What the name of a variable, member, option or header says about its value. It goes by words, in
/// any style (`DB_PASSWORD`, `dbPassword`, `--db-password`): the last one has to be `token`,
/// `secret`, `password`, `key` or the like; `nextPageToken` or `primary_key` do not count.
[[nodiscard]] NameKind kind_of_name(std::string_view name);

/// Whether the parameter of a URL is a secret. Here `key`, `sig` and `code` count.
[[nodiscard]] bool is_secret_parameter(std::string_view name);

}  // namespace codex::detail
