#include <cstddef>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>

#include <codex/async/event_loop.hpp>
#include <codex/errors.hpp>

#include "task/operation.hpp"
#include "task/owner_process.hpp"

namespace codex {
namespace {

constexpr std::size_t most_functions = 1'000'000;

/// Calls a continuation once.
struct Call {
  detail::Continuation what;
  void operator()() const { what.call(what.data); }
};

}  // namespace

struct EventLoop::State {
  const detail::OwnerProcess owner;
  detail::RunLoop loop;
  std::mutex mutex;
  bool is_running = false;
  std::stop_source stop;  // of the present run, or the next one

  void check_process() const { owner.check("event loop"); }

  std::stop_source begin() {
    check_process();
    const std::lock_guard lock(mutex);
    if (is_running) {
      throw CodexError("This event loop runs already: it runs once at a time, on one thread");
    }
    is_running = true;
    return stop;
  }

  void end() {
    if (!owner.is_this()) return;
    std::stop_source next;
    const std::lock_guard lock(mutex);
    stop.swap(next);
    is_running = false;
  }

  /// Runs until the end of the task, which an error of a posted function stops. Returns that error.
  std::exception_ptr run(std::stop_source& task_stop) {
    std::exception_ptr first_error;
    while (true) {
      try {
        loop.run();
        return first_error;
      } catch (...) {
        check_process();
        if (!first_error) first_error = std::current_exception();
      }
      task_stop.request_stop();
    }
  }
};

EventLoop::EventLoop() : state_(std::make_unique<State>()) {}
EventLoop::~EventLoop() = default;

void EventLoop::run_until_end(const Start& start, const std::stop_token& stop) {
  struct Run {
    State& state;
    std::stop_source stop = state.begin();
    explicit Run(State& its_state) : state(its_state) {}
    Run(const Run&) = delete;
    Run(Run&&) = delete;
    Run& operator=(const Run&) = delete;
    Run& operator=(Run&&) = delete;
    ~Run() { state.end(); }
  };
  Run run(*state_);
  detail::StopRelay relay(run.stop);
  relay.follow(stop);
  detail::RunLoop& loop = state_->loop;
  if (!start(loop.finisher(), {loop.executor(), run.stop.get_token()})) return;
  if (auto error = state_->run(run.stop)) std::rethrow_exception(std::move(error));
}

void EventLoop::run(const std::stop_token& stop) {
  std::optional<std::stop_callback<Call>> at_stop;
  const auto start = [&](detail::Continuation at_end, const detail::TaskContext& context) {
    at_stop.emplace(context.stop, Call{at_end});
    return true;
  };
  run_until_end(start, stop);
}

void EventLoop::stop() {
  state_->check_process();
  std::unique_lock lock(state_->mutex);
  auto stop = state_->stop;
  lock.unlock();
  stop.request_stop();
}

void EventLoop::post(std::function<void()> function) {
  state_->check_process();
  if (!function) throw CodexError("An event loop cannot run an empty function");
  if (state_->loop.post(std::move(function), most_functions)) return;
  throw CodexError(
      "1,000,000 functions wait in this event loop: it does not run, or it is slower than those "
      "who "
      "post");
}

Executor EventLoop::executor() const {
  return [executor = state_->loop.executor()](std::function<void()> function) {
    (*executor)(std::move(function));
  };
}

}  // namespace codex
