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

/// Whether an error's data says anywhere that the server is overloaded.
bool reports_overload(const Json& data) noexcept;

}  // namespace codex::detail
