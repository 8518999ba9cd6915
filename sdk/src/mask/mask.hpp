#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace codex::detail {

/// A copy of the text with keys, tokens and the like replaced by `***`. All text of the runtime,
/// the model, a provider or the environment passes through it before it leaves the SDK in an error,
/// a problem or a log. JSON stays JSON; masked text stays unchanged.
[[nodiscard]] std::string mask_secrets(std::string_view text);

/// At most `max_bytes` of a text that is to be masked. Drops the word at the cut: half a key may
/// not be recognised.
[[nodiscard]] std::string_view beginning_of(std::string_view text, std::size_t max_bytes);

/// The beginning of a text for an error message: masked, at most `max_bytes` long, on one line.
[[nodiscard]] std::string excerpt(std::string_view text, std::size_t max_bytes = 200);

}  // namespace codex::detail
