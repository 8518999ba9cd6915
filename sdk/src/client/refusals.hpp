#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace codex::detail {

/// How a request of the server is told no, in the shape that it understands: the `result` as JSON
/// text, or nothing where only an error says no. The reason goes where there is room for one.
std::optional<std::string> refusal_of(std::string_view method, std::string_view reason);

}  // namespace codex::detail
