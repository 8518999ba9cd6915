#pragma once

#include <functional>
#include <type_traits>

namespace codex {

/// Where coroutines resume after a wait: anything that can be called with a function and runs it
/// later, such as `[&](auto fn) { post(my_loop, std::move(fn)); }`. Threads of the SDK call it; it
/// must not block, not throw, and not run the function before it returns. If it drops a function
/// because its loop has ended, the function's coroutine never resumes; the owner of that coroutine
/// frees it.
using Executor = std::function<void(std::function<void()>)>;

template <class T>
class Task;  // <codex/async/task.hpp>

namespace detail {

/// The result type of a task; any other type unchanged.
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
