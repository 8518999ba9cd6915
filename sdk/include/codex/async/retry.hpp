#pragma once

#include <exception>
#include <type_traits>

#include <codex/async/task.hpp>
#include <codex/retry.hpp>

namespace codex {

namespace detail {

template <class Fn>
concept MakesTasks = is_task<std::invoke_result_t<Fn&>>;

template <class Fn>
std::invoke_result_t<Fn&> retry_task(Fn fn, RetryOptions options) {
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
/// and sleeps in between, until one succeeds.
template <detail::MakesTasks Fn>
std::invoke_result_t<Fn&> retry_on_overload(Fn fn, RetryOptions options = {}) {
  return detail::retry_task(std::move(fn), std::move(options));
}

}  // namespace codex
