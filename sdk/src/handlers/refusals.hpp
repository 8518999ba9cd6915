#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace codex::detail {

/// How a request of the server is told no, in the shape that it understands: the `result` as JSON
/// text, or nothing where only an error says no. The reason goes where there is room for one.
std::optional<std::string> refusal_of(std::string_view method, std::string_view reason);

/// The same denial in the shape of runtimes up to 0.144.6, where the older approvals (`applyPatch`,
/// `execCommand`) are denied with a word, without a reason. Other responses stay as they are.
std::string with_older_denial(std::string_view method, std::string response);

}  // namespace codex::detail
