#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace codex::detail {

/// Masks a piece of a text that comes in deltas. The text is as it stands in the JSON; `is_base64`
/// when it is bytes.
using MaskDelta = std::function<std::string(std::string_view text, bool is_base64)>;

/// A copy of a JSON text with its secrets hidden, still JSON: a member whose name says that it is a
/// secret has no text and no number, whatever it holds, other texts are masked, and so is what
/// members called `...Base64` hold. Nothing when the text is no JSON; what is only cut off is.
///
/// With `mask_delta`, that has to mask the members `delta` and `deltaBase64` of `params`.
[[nodiscard]] std::optional<std::string> mask_json(std::string_view json,
                                                   const MaskDelta& mask_delta = nullptr);

}  // namespace codex::detail
