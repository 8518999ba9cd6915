#pragma once

#include <exception>
#include <functional>
#include <string>
#include <utility>
#include <variant>

#include <codex/errors.hpp>

namespace codex::detail {

/// The result of an operation.
template <class T>
using Outcome = std::variant<T, std::exception_ptr>;

template <class T>
T value_or_throw(Outcome<T> outcome) {
  if (auto* error = std::get_if<std::exception_ptr>(&outcome)) {
    std::rethrow_exception(std::move(*error));
  }
  return std::get<T>(std::move(outcome));
}

/// Takes the outcome of an operation, exactly once, on any thread, with no lock held. It only
/// passes the outcome on; it must not block, and not throw.
template <class T>
using Completion = std::function<void(Outcome<T>)>;

template <class Error, class... Args>
std::exception_ptr make_error(Args&&... args) {
  return std::make_exception_ptr(Error(std::forward<Args>(args)...));
}

/// Why the connection was lost. Each waiter gets its own exception object.
struct Failure {
  std::string reason;
  ExitStatus exit_status = {};
  std::string stderr_tail = {};
  std::string advice = {};

  [[nodiscard]] std::exception_ptr exception() const {
    return make_error<TransportClosedError>(reason, exit_status, stderr_tail, advice);
  }
};

}  // namespace codex::detail
