#pragma once

#include <functional>
#include <type_traits>

namespace codex {

/// Where coroutines go on after a wait: anything that can be called with a function and has it run
/// later, such as `[&](auto fn) { post(my_loop, std::move(fn)); }`. It is called from threads of
/// the SDK; it must not block, not throw, and not run the function before it returns. A function
/// that it drops, because its loop is at an end, is a coroutine that never goes on; whoever owns
/// that coroutine frees it.
using Executor = std::function<void(std::function<void()>)>;

template <class T>
class Task;  // <codex/async/task.hpp>

namespace detail {

/// What a task gives; for anything else, that itself.
template <class T>
struct TaskTraits {
  static constexpr bool is_task = false;
  using Value = T;
};
template <class T>
struct TaskTraits<Task<T>> {
  static constexpr bool is_task = true;
  using Value = T;
};

template <class T>
inline constexpr bool is_task = TaskTraits<std::remove_cvref_t<T>>::is_task;
template <class T>
using AwaitedValue = typename TaskTraits<std::remove_cvref_t<T>>::Value;

}  // namespace detail

}  // namespace codex
