#pragma once

#include <exception>
#include <string_view>

#include <codex/protocol/support/json.hpp>

namespace codex::detail {

/// The exception for an error object of the wire, `{"code":..,"message":..,"data":..}`, that
/// answered a request of `method`.
std::exception_ptr rpc_exception(std::string_view error_text, std::string_view method);

/// Whether the error object says that the server did not take the request, since it has too many.
bool says_overloaded(std::string_view error_text);

/// Whether the runtime refused since it has stored nothing of the thread yet. When its first turn
/// begins, it says for a moment that it cannot list turns.
bool is_of_unstored_thread(const std::exception_ptr& error);

/// Whether an error's data says anywhere that the server is overloaded.
bool reports_overload(const Json& data) noexcept;

}  // namespace codex::detail
