#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include <codex/async/task.hpp>

/// g++ 12 destroys an aggregate in braces twice if it is in the same expression as `co_await`:
/// `co_await codex.thread_start({.cwd = folder})` frees memory that is still in use. Under this
/// compiler only, calls with a temporary return another type of task, which warns if it is awaited
/// in the same expression. Elsewhere it is the same as `Task`.
namespace codex::detail {

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ == 12

template <class T>
class [[nodiscard("co_await it: until then, a task does nothing")]] BracedTask : public Task<T> {
 public:
  using typename Task<T>::Awaiter;

  /// Not explicit, so that a variable of this type can be assigned another task.
  BracedTask(Task<T> task) noexcept : Task<T>(std::move(task)) {}

  [[nodiscard]] Awaiter operator co_await() & { return Task<T>::operator co_await(); }
  [[nodiscard,
    deprecated("g++ 12 destroys options in braces twice in an expression with co_await. Name the "
               "options first, and pass them without std::move; or name the task, and await it in "
               "a statement of its own.")]] Awaiter
  operator co_await() && {
    return Task<T>::operator co_await();
  }

  [[nodiscard]] BracedTask on(Executor executor) && {
    return BracedTask(static_cast<Task<T>&&>(*this).on(std::move(executor)));
  }
};

template <class T>
struct TaskTraits<BracedTask<T>> : TaskTraits<Task<T>> {};

inline constexpr bool braces_need_care = true;

#else

template <class T>
using BracedTask = Task<T>;

inline constexpr bool braces_need_care = false;

#endif

/// A task that may be in the same expression as its arguments in braces.
template <class Given>
concept Braced = braces_need_care && is_task<Given> &&
                 std::same_as<Given, BracedTask<typename TaskTraits<Given>::Value>>;

/// A temporary that may be written in braces, such as `TextInput{"hello"}`.
template <class Given>
concept BracedItem = braces_need_care && !std::is_reference_v<Given> &&
                     std::is_aggregate_v<Given> && !std::is_trivially_destructible_v<Given>;

}  // namespace codex::detail
