#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace codex::detail {

// Messages on their way out, as one line each with its end. `params` and `result` are JSON text,
// raw line breaks in it become blanks. All throw CodexError for text that is not UTF-8: the runtime
// would end at it.

/// Empty params are left out, here and below.
[[nodiscard]] std::string request_line(std::uint64_t id, std::string_view method,
                                       std::string_view params);
[[nodiscard]] std::string notification_line(std::string_view method, std::string_view params);

/// `id` is the raw token of the request.
[[nodiscard]] std::string response_line(std::string_view id, std::string_view result);
[[nodiscard]] std::string error_line(std::string_view id, std::int64_t code,
                                     std::string_view message);

}  // namespace codex::detail
