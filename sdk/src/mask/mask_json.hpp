#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace codex::detail {

/// Masks a piece of a text that arrives in deltas. The text is escaped as in the JSON; `is_base64`
/// if it is bytes.
using MaskDelta = std::function<std::string(std::string_view text, bool is_base64)>;

/// A copy of a JSON text with its secrets hidden, still JSON: all texts and numbers in a member
/// with a secret name are hidden, other texts are masked, and so are members called `...Base64`.
/// Nothing if the text is no JSON; JSON that is only cut off counts.
///
/// If `mask_delta` is set, it masks the members `delta` and `deltaBase64` of `params`.
[[nodiscard]] std::optional<std::string> mask_json(std::string_view json,
                                                   const MaskDelta& mask_delta = nullptr);

}  // namespace codex::detail
