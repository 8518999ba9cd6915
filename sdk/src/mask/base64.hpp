#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace codex::detail {

/// Nothing if the text is no base64.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);
[[nodiscard]] std::string encode_base64(std::string_view bytes);

}  // namespace codex::detail
