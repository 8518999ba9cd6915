#pragma once

#include <optional>
#include <string_view>

#include "mask/find_secrets.hpp"
#include "mask/letters.hpp"

namespace codex::detail {

/// The body of a key that is stored as a block of lines, when a word begins such a block: between
/// `-----BEGIN ... KEY-----` and `-----END`, and what PuTTY calls its private lines. A block
/// without an end goes on to that of the text. Public keys and certificates are none.
[[nodiscard]] std::optional<SecretPart> key_block_at(const Letters& letters, std::string_view word,
                                                     std::size_t word_end);

}  // namespace codex::detail
