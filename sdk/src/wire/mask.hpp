#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace codex::detail {

/// A copy of the text with keys, tokens and the like replaced by `***`. Works on JSON lines, which
/// stay valid JSON, and on plain text such as logs.
[[nodiscard]] std::string mask_secrets(std::string_view text);

/// The beginning of a text for an error message: masked, at most `max_bytes` long, on one line.
[[nodiscard]] std::string excerpt(std::string_view text, std::size_t max_bytes = 200);

}  // namespace codex::detail
