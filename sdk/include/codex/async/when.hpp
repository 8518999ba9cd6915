#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <coroutine>
#include <cstddef>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <codex/async/braces.hpp>
#include <codex/async/task.hpp>
#include <codex/errors.hpp>
#include <codex/stop_token.hpp>

/// Several tasks at once. All of them start before the first wait, in order, unless `when_all` has
/// a limit, and all have ended when the combination ends: nothing keeps running. A stop request
/// reaches each of them.
namespace codex {

namespace detail {

/// The type of a task's value in a tuple or a variant.
template <class T>
using ValueOf = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

template <class T>
ValueOf<T> take_value(Task<T>& task) {
  if constexpr (std::is_void_v<T>) {
    TaskAccess::take(task);
    return {};
  } else {
    return TaskAccess::take(task);
  }
}

/// Tasks that run concurrently, for the coroutine that awaits them all. The first one that fails,
/// or, with `stops_at_first`, the first one that ends, stops the others.
class Together {
 public:
  Together(std::size_t count, bool stops_at_first, const std::stop_token& outer)
      : left_(count + 1), stops_at_first_(stops_at_first), on_outer_stop_(outer, Stop{&stop_}) {}
  Together(const Together&) = delete;
  Together(Together&&) = delete;
  Together& operator=(const Together&) = delete;
  Together& operator=(Together&&) = delete;
  ~Together() = default;

  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  /// Which ended first, or failed first.
  [[nodiscard]] std::size_t first() const noexcept { return first_.load(); }
  [[nodiscard]] std::size_t first_failed() const noexcept { return first_failed_.load(); }

  /// The slot of one task.
  class Place {
   public:
    Place() = default;
    template <class T>
    void start(Together& all, std::size_t index, Task<T>& task, TaskContext context) {
      all_ = &all;
      index_ = index;
      task_ = &task;
      has_failed_ = [](const void* one) {
        return TaskAccess::has_failed(*static_cast<const Task<T>*>(one));
      };
      context.stop = all.stop_.get_token();
      const auto at_end = [](void* place) { static_cast<Place*>(place)->end(); };
      if (!TaskAccess::start(task, {at_end, this}, std::move(context))) end();
    }

   private:
    void end() { all_->end_one(index_, has_failed_(task_)); }

    Together* all_ = nullptr;
    std::size_t index_ = 0;
    const void* task_ = nullptr;
    bool (*has_failed_)(const void*) = nullptr;
  };

  /// Starts them all and waits for their ends: `start_all(context)` starts each in its slot.
  template <class StartAll>
  class Run {
   public:
    Run(Together& all, StartAll start_all) : all_(all), start_all_(std::move(start_all)) {}
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <std::derived_from<PromiseBase> Parent>
    bool await_suspend(std::coroutine_handle<Parent> parent) {
      all_.parent_ = parent;
      start_all_(parent.promise().context());
      return !all_.is_last();
    }
    void await_resume() const noexcept {}

   private:
    Together& all_;
    StartAll start_all_;
  };
  template <class StartAll>
  [[nodiscard]] Run<StartAll> run(StartAll start_all) {
    return Run<StartAll>(*this, std::move(start_all));
  }

 private:
  struct Stop {
    std::stop_source* source;
    void operator()() const { source->request_stop(); }
  };

  bool is_last() noexcept { return left_.fetch_sub(1, std::memory_order_acq_rel) == 1; }

  void end_one(std::size_t index, bool has_failed) {
    std::size_t nobody = none;
    first_.compare_exchange_strong(nobody, index);
    nobody = none;
    if (has_failed) first_failed_.compare_exchange_strong(nobody, index);
    if (has_failed || stops_at_first_) stop_.request_stop();
    if (is_last()) parent_.resume();
  }

  std::atomic<std::size_t> left_;
  const bool stops_at_first_;
  std::atomic<std::size_t> first_ = none;
  std::atomic<std::size_t> first_failed_ = none;
  std::stop_source stop_;
  std::stop_callback<Stop> on_outer_stop_;
  std::coroutine_handle<> parent_;
};

template <std::size_t Count, class... T>
void start_all(Together& all, std::array<Together::Place, Count>& places,
               std::tuple<Task<T>...>& tasks, const TaskContext& context) {
  std::apply([](const auto&... task) { (TaskAccess::check(task), ...); }, tasks);
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (places[I].start(all, I, std::get<I>(tasks), context), ...);
  }(std::index_sequence_for<T...>());
}

template <class T>
void start_all(Together& all, std::vector<Together::Place>& places, std::vector<Task<T>>& tasks,
               const TaskContext& context) {
  for (const auto& task : tasks) TaskAccess::check(task);  // once one runs, all must run
  for (std::size_t i = 0; i < tasks.size(); ++i) places[i].start(all, i, tasks[i], context);
}

/// Throws the error of the task that failed first, not of one that was stopped because of it.
template <class T>
void rethrow_first_error(const Together& all, std::vector<Task<T>>& tasks) {
  if (all.first_failed() != Together::none) TaskAccess::take(tasks[all.first_failed()]);
}
template <class... T>
void rethrow_first_error(const Together& all, std::tuple<Task<T>...>& tasks) {
  std::size_t index = 0;
  std::apply(
      [&](auto&... task) {
        ((index++ == all.first_failed() ? (void)TaskAccess::take(task) : void()), ...);
      },
      tasks);
}

template <class... T>
std::variant<ValueOf<T>...> take_one(std::size_t which, std::tuple<Task<T>...>& tasks) {
  std::optional<std::variant<ValueOf<T>...>> value;
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    ((I == which ? (void)value.emplace(std::in_place_index<I>, take_value(std::get<I>(tasks)))
                 : void()),
     ...);
  }(std::index_sequence_for<T...>());
  return *std::move(value);
}

template <class... T>
Task<std::tuple<ValueOf<T>...>> when_all_of(std::tuple<Task<T>...> tasks) {
  Together all(sizeof...(T), false, co_await current_stop());
  std::array<Together::Place, sizeof...(T)> places;
  co_await all.run([&](const TaskContext& context) { start_all(all, places, tasks, context); });
  rethrow_first_error(all, tasks);
  co_return std::apply([](auto&... task) { return std::tuple<ValueOf<T>...>{take_value(task)...}; },
                       tasks);
}

template <class... T>
Task<std::variant<ValueOf<T>...>> when_any_of(std::tuple<Task<T>...> tasks) {
  Together all(sizeof...(T), true, co_await current_stop());
  std::array<Together::Place, sizeof...(T)> places;
  co_await all.run([&](const TaskContext& context) { start_all(all, places, tasks, context); });
  co_return take_one(all.first(), tasks);
}

/// Tasks that take turns, and their values.
template <class T>
struct InTurn {
  explicit InTurn(std::vector<Task<T>> all) : tasks(std::move(all)), values(tasks.size()) {
    for (const auto& task : tasks) TaskAccess::check(task);
  }
  std::vector<Task<T>> tasks;
  std::vector<std::optional<ValueOf<T>>> values;
  std::atomic<std::size_t> next = 0;
};

/// Runs one task after the other, of those that nothing else has begun. Each begins on the
/// executor of the awaiter, wherever the one before ended.
template <class T>
Task<void> take_turns(InTurn<T>& all) {
  const auto home = co_await ExecutorQuery();
  const auto stop = co_await current_stop();
  for (bool is_first = true;; is_first = false) {
    const std::size_t index = all.next.fetch_add(1);
    if (index >= all.tasks.size()) co_return;
    if (!is_first) co_await MoveTo(home);
    if (stop.stop_requested()) throw CancelledError("Cancelled before every task had begun");
    auto task = std::move(all.tasks[index]);
    if constexpr (std::is_void_v<T>) {
      co_await task;
      all.values[index].emplace();
    } else {
      all.values[index].emplace(co_await task);
    }
  }
}

/// Throws the error of a wait that timed out, with the result of its turn so far.
[[noreturn]] void throw_timed_out(std::chrono::milliseconds time, std::exception_ptr cancelled);

}  // namespace detail

/// Runs the tasks concurrently and returns the values of all, `std::monostate` for void. If one
/// throws, stops the others and rethrows its error.
template <class... T>
  requires(sizeof...(T) > 0)
Task<std::tuple<detail::ValueOf<T>...>> when_all(Task<T>... tasks) {
  return detail::when_all_of(std::tuple<Task<T>...>(std::move(tasks)...));
}

/// The same.
template <class... T>
  requires(detail::Braced<T> || ...)
auto when_all(T&&... tasks) {
  using Values = std::tuple<detail::ValueOf<detail::AwaitedValue<T>>...>;
  return detail::BracedTask<Values>(
      detail::when_all_of(std::tuple<Task<detail::AwaitedValue<T>>...>(std::move(tasks)...)));
}

/// The same for any number of tasks of one type.
template <class T>
Task<std::vector<detail::ValueOf<T>>> when_all(std::vector<Task<T>> tasks) {
  detail::Together all(tasks.size(), false, co_await current_stop());
  std::vector<detail::Together::Place> places(tasks.size());
  co_await all.run(
      [&](const detail::TaskContext& context) { detail::start_all(all, places, tasks, context); });
  detail::rethrow_first_error(all, tasks);
  std::vector<detail::ValueOf<T>> values;
  values.reserve(tasks.size());
  for (auto& task : tasks) values.push_back(detail::take_value(task));
  co_return values;
}

/// How `when_all` runs its tasks.
struct WhenAllOptions {
  /// How many run at once, at most; the others begin as these end, in order. Not 0. Default: all.
  std::size_t at_most = static_cast<std::size_t>(-1);
};

/// The same with a limit: `co_await codex::when_all(std::move(tasks), {.at_most = 4})`. The values
/// are in the order of the tasks. After an error or a stop request, no further task begins: they
/// are destroyed, and if it was a stop, CancelledError is thrown for them. CodexError if `at_most`
/// is 0.
template <class T>
Task<std::vector<detail::ValueOf<T>>> when_all(std::vector<Task<T>> tasks, WhenAllOptions options) {
  if (options.at_most == 0) throw CodexError("when_all runs no task: at_most is 0");
  detail::InTurn<T> all(std::move(tasks));
  std::vector<Task<void>> lanes;
  while (lanes.size() < options.at_most && lanes.size() < all.tasks.size()) {
    lanes.push_back(detail::take_turns(all));
  }
  auto ended = when_all(std::move(lanes));
  co_await ended;
  std::vector<detail::ValueOf<T>> values;
  values.reserve(all.values.size());
  for (auto& value : all.values) values.push_back(*std::move(value));
  co_return values;
}

/// Runs the tasks concurrently, stops the others when the first one ends, and returns its value, or
/// throws its error, when all have ended. `index()` says which it was.
template <class... T>
  requires(sizeof...(T) > 0)
Task<std::variant<detail::ValueOf<T>...>> when_any(Task<T>... tasks) {
  return detail::when_any_of(std::tuple<Task<T>...>(std::move(tasks)...));
}

/// The same.
template <class... T>
  requires(detail::Braced<T> || ...)
auto when_any(T&&... tasks) {
  using Values = std::variant<detail::ValueOf<detail::AwaitedValue<T>>...>;
  return detail::BracedTask<Values>(
      detail::when_any_of(std::tuple<Task<detail::AwaitedValue<T>>...>(std::move(tasks)...)));
}

/// Which of several tasks ended first, and its value.
template <class T>
struct FirstOf {
  /// Its index among the tasks.
  std::size_t index = 0;
  /// What it returned; `std::monostate` for void.
  detail::ValueOf<T> value;
};

/// The same for any number of tasks of one type; CodexError for none.
template <class T>
Task<FirstOf<T>> when_any(std::vector<Task<T>> tasks) {
  if (tasks.empty()) throw CodexError("when_any needs a task");
  detail::Together all(tasks.size(), true, co_await current_stop());
  std::vector<detail::Together::Place> places(tasks.size());
  co_await all.run(
      [&](const detail::TaskContext& context) { detail::start_all(all, places, tasks, context); });
  co_return FirstOf<T>{all.first(), detail::take_value(tasks[all.first()])};
}

/// Stops the task if it has not ended in this time, waits for its end, and throws `TimeoutError`
/// unless the task still returned a value.
template <class T>
Task<T> with_timeout(Task<T> task, std::chrono::milliseconds time) {
  auto tasks = std::tuple<Task<T>, Task<void>>(std::move(task), sleep_for(time));
  detail::Together all(2, true, co_await current_stop());
  std::array<detail::Together::Place, 2> places;
  co_await all.run(
      [&](const detail::TaskContext& context) { detail::start_all(all, places, tasks, context); });
  auto& timed = std::get<0>(tasks);
  const bool is_late = all.first() == 1 && !detail::TaskAccess::has_failed(std::get<1>(tasks));
  if (is_late && detail::TaskAccess::has_failed(timed)) {
    try {
      detail::TaskAccess::take(timed);
    } catch (...) {
      detail::throw_timed_out(time, std::current_exception());
    }
  }
  co_return detail::TaskAccess::take(timed);
}

/// The same.
template <detail::Braced T>
T with_timeout(T&& task, std::chrono::milliseconds time) {
  return T(with_timeout(Task<typename T::value_type>(std::move(task)), time));
}

}  // namespace codex
