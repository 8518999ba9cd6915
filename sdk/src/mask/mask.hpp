#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace codex::detail {

/// A copy of the text with keys, tokens and the like replaced by `***`. All text of the runtime,
/// the model, a provider or the environment goes through it before it leaves the SDK in an error, a
/// problem or a log. JSON stays JSON; what is masked already stays as it is.
[[nodiscard]] std::string mask_secrets(std::string_view text);

/// At most so many bytes of a text that is to be masked. The word where it is cut is left out: half
/// a key may not be known for one.
[[nodiscard]] std::string_view beginning_of(std::string_view text, std::size_t max_bytes);

/// The beginning of a text for an error message: masked, at most `max_bytes` long, on one line.
[[nodiscard]] std::string excerpt(std::string_view text, std::size_t max_bytes = 200);

}  // namespace codex::detail
