#pragma once

#include <optional>
#include <string_view>

#include "mask/find_secrets.hpp"
#include "mask/letters.hpp"

namespace codex::detail {

/// The body of a key that is stored as a block of lines, if a word begins such a block: between
/// `-----BEGIN ... KEY-----` and `-----END`, and the private lines of PuTTY. A block without an end
/// extends to the end of the text. Public keys and certificates do not count.
[[nodiscard]] std::optional<SecretPart> key_block_at(const Letters& letters, std::string_view word,
                                                     std::size_t word_end);

}  // namespace codex::detail
