#include "wire/rpc_error.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include <codex/errors.hpp>
#include <codex/protocol/support/nesting.hpp>

#include "text/ascii.hpp"
#include "wire/peek.hpp"

namespace codex::detail {
namespace {

constexpr std::int64_t server_overloaded_code = -32001;

bool names_overload(std::string_view text) {
  const std::string lower = ascii_lower(text);
  return lower == "server_overloaded" || lower == "serveroverloaded";
}

bool mentions_retry_limit(std::string_view message) {
  const std::string lower = ascii_lower(message);
  return lower.find("retry limit") != std::string::npos ||
         lower.find("too many failed attempts") != std::string::npos;
}

// The runtime answers -32600 "Invalid request: unknown variant `x/y`, expected ..." for a method it
// does not know, and the same for a bad enum value inside the params: the name decides.
bool denies_method(std::string_view message, std::string_view method) {
  std::string expected = "unknown variant `";
  expected.append(method).append("`");
  return !method.empty() && message.find(expected) != std::string_view::npos;
}

/// What the runtime says of a thread that it does not have, with the thread's id at the end. All
/// versions from 0.131.0 on say so, with -32600, -32602 or -32603; some put other words before.
constexpr std::array<std::string_view, 4> missing_thread = {
    "thread not found: ", "thread not loaded: ", "no rollout found for thread id ",
    "no archived rollout found for thread id "};

/// The file of a stored thread is gone: "failed to resolve rollout path `P`: file does not exist".
bool denies_rollout(std::string_view message) {
  return message.starts_with("failed to resolve rollout path `") &&
         (message.ends_with("`: file does not exist") ||
          message.ends_with("`: No such file or directory (os error 2)"));
}

bool denies_thread(std::string_view message) {
  const auto ends_it = [&](std::string_view words) {
    const std::size_t found = message.rfind(words);
    if (found == std::string_view::npos) return false;
    const std::string_view id = message.substr(found + words.size());
    return !id.empty() && id.find_first_of(" \n") == std::string_view::npos;
  };
  return std::any_of(missing_thread.begin(), missing_thread.end(), ends_it) ||
         denies_rollout(message);
}

bool overload_within(const Json& data, int depth_left) {
  if (data.is_string()) return names_overload(data.get_ref<const std::string&>());
  if (depth_left == 0 || !data.is_structured()) return false;
  if (data.is_object() &&
      (data.contains("serverOverloaded") || data.contains("server_overloaded"))) {
    return true;
  }
  return std::any_of(data.begin(), data.end(), [depth_left](const Json& part) {
    return overload_within(part, depth_left - 1);
  });
}

template <class Error>
std::exception_ptr make(std::int64_t code, std::string message, Json data) {
  return std::make_exception_ptr(Error(code, std::move(message), std::move(data)));
}

std::exception_ptr server_exception(std::int64_t code, std::string message, Json data) {
  if (mentions_retry_limit(message)) {
    return make<RetryLimitExceededError>(code, std::move(message), std::move(data));
  }
  if (code == server_overloaded_code || reports_overload(data)) {
    return make<ServerBusyError>(code, std::move(message), std::move(data));
  }
  return make<CodexRpcError>(code, std::move(message), std::move(data));
}

std::exception_ptr exception_for(std::int64_t code, std::string message, Json data,
                                 std::string_view method) {
  const bool is_unknown_method = denies_method(message, method);
  const bool may_deny_thread = code == -32600 || code == -32602 || code == -32603;
  if (may_deny_thread && !is_unknown_method && denies_thread(message)) {
    return make<ThreadNotFoundError>(code, std::move(message), std::move(data));
  }
  switch (code) {
    case -32700:
      return make<ParseError>(code, std::move(message), std::move(data));
    case -32600:
      return is_unknown_method
                 ? make<MethodNotFoundError>(code, std::move(message), std::move(data))
                 : make<InvalidRequestError>(code, std::move(message), std::move(data));
    case -32601:
      return make<MethodNotFoundError>(code, std::move(message), std::move(data));
    case -32602:
      return make<InvalidParamsError>(code, std::move(message), std::move(data));
    case -32603:
      return make<InternalRpcError>(code, std::move(message), std::move(data));
    default:
      break;
  }
  if (code >= -32099 && code <= -32000) {
    return server_exception(code, std::move(message), std::move(data));
  }
  return make<JsonRpcError>(code, std::move(message), std::move(data));
}

}  // namespace

bool is_of_unstored_thread(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const ThreadNotFoundError&) {
    return true;
  } catch (const MethodNotFoundError& refusal) {
    return refusal.message() == "list_turns is not supported yet";
  } catch (...) {
    return false;
  }
}

bool reports_overload(const Json& data) noexcept { return overload_within(data, 32); }

bool says_overloaded(std::string_view error_text) {
  return Peek(error_text)["code"].integer() == server_overloaded_code;
}

std::exception_ptr rpc_exception(std::string_view error_text, std::string_view method) {
  const Peek error(error_text);
  if (!error.is_object()) {
    return std::make_exception_ptr(CodexError("Malformed JSON-RPC error response"));
  }
  const Peek message = error["message"];
  Json data;  // a tree only where there is something in it
  if (const Peek raw = error["data"]) data = protocol::detail::parse_or_discard(raw.raw());
  if (data.is_discarded()) data = nullptr;
  return exception_for(error["code"].integer().value_or(-32000),
                       message.is_string() ? message.text() : "unknown", std::move(data), method);
}

}  // namespace codex::detail
