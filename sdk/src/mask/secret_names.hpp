#pragma once

#include <cstdint>
#include <string_view>

namespace codex::detail {

enum class NameKind : std::uint8_t {
  plain,
  secret,  // its value is one
  header,  // so is the rest of the line: Authorization, Cookie
};

/// What the name of a variable, member, option or header says of its value. Words count, in any
/// spelling (`DB_PASSWORD`, `dbPassword`, `--db-password`): the last one has to be `token`,
/// `secret`, `password`, `key` or the like, and `nextPageToken` or `primary_key` are none.
[[nodiscard]] NameKind kind_of_name(std::string_view name);

/// Whether the parameter of a URL is a secret. There `key`, `sig` and `code` are.
[[nodiscard]] bool is_secret_parameter(std::string_view name);

}  // namespace codex::detail
