#pragma once

#include <exception>
#include <type_traits>
#include <utility>

#include <codex/async/braces.hpp>
#include <codex/async/task.hpp>
#include <codex/retry.hpp>

namespace codex {

namespace detail {

template <class Fn>
concept MakesTasks = is_task<std::invoke_result_t<Fn&>>;

template <class Fn>
using RetriedTask = Task<AwaitedValue<std::invoke_result_t<Fn&>>>;

template <class Fn>
RetriedTask<Fn> retry_task(Fn fn, RetryOptions options) {
  RetryPauses pauses(options);
  while (true) {
    auto attempt = fn();
    try {
      co_return co_await attempt;
    } catch (const std::exception& error) {
      if (!pauses.may_retry(error)) throw;
    }
    co_await pauses.sleep();
  }
}

}  // namespace detail

/// As the other `retry_on_overload`, for a function that makes tasks: awaits one after the other,
/// and sleeps between them, until one succeeds.
template <detail::MakesTasks Fn>
detail::RetriedTask<Fn> retry_on_overload(Fn fn, const RetryOptions& options = RetryOptions()) {
  return detail::retry_task(std::move(fn), options);
}
/// The same.
template <detail::MakesTasks Fn>
auto retry_on_overload(Fn fn, RetryOptions&& options) {
  using Value = typename detail::RetriedTask<Fn>::value_type;
  return detail::BracedTask<Value>(detail::retry_task(std::move(fn), std::move(options)));
}

}  // namespace codex
