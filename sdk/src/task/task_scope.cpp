#include <list>
#include <mutex>
#include <utility>

#include <codex/async/task_scope.hpp>

#include "task/operation.hpp"
#include "task/owner_process.hpp"
#include "task/wait_list.hpp"

namespace codex {

/// Shared with the tasks, which may end while the scope is being destroyed.
struct TaskScope::State : std::enable_shared_from_this<State> {
  struct Child {
    std::weak_ptr<State> scope;
    std::optional<Task<void>> task;
    std::list<Child>::iterator self;
  };

  const detail::OwnerProcess owner;
  std::shared_ptr<const Executor> executor;
  std::stop_source stop;
  std::shared_ptr<detail::WaitList> joining = std::make_shared<detail::WaitList>();
  std::mutex mutex;
  std::list<Child> children;
  std::exception_ptr first_error;

  void spawn(Task<void> task) {
    owner.check();
    detail::TaskAccess::check(task);
    std::unique_lock lock(mutex);
    const auto child =
        children.insert(children.end(), Child{weak_from_this(), std::move(task), {}});
    child->self = child;
    lock.unlock();
    const auto at_end = [](void* ended) { end(*static_cast<Child*>(ended)); };
    if (!detail::TaskAccess::start(*child->task, {at_end, &*child}, {executor, stop.get_token()})) {
      end(*child);
    }
  }

  static void end(Child& child) {
    const auto scope = child.scope.lock();
    if (!scope) return;  // it is being destroyed
    std::exception_ptr error;
    try {
      detail::TaskAccess::take(*child.task);
    } catch (...) {
      error = std::current_exception();
    }
    std::unique_lock lock(scope->mutex);
    if (!scope->first_error) scope->first_error = std::move(error);
    lock.unlock();
    // Its parameters and its error may refer to objects of the joining coroutines: they are
    // destroyed before these resume, and without the lock.
    error = nullptr;
    child.task.reset();
    std::list<Child> ended;
    lock.lock();
    ended.splice(ended.end(), scope->children, child.self);
    const bool is_last = scope->children.empty();
    lock.unlock();
    if (is_last) scope->joining->complete();
  }
};

TaskScope::TaskScope(Executor executor) : state_(std::make_shared<State>()) {
  state_->executor =
      executor ? std::make_shared<const Executor>(std::move(executor)) : detail::own_executor();
}

TaskScope::~TaskScope() {
  if (!state_->owner.is_this()) {
    (void)new auto(std::move(state_));  // leaked on purpose
    return;
  }
  request_stop();
  std::unique_lock lock(state_->mutex);
  auto given_up = std::exchange(state_->children, {});
  lock.unlock();
  given_up.clear();
  state_->joining->complete();
}

void TaskScope::spawn(Task<void> task) { state_->spawn(std::move(task)); }

void TaskScope::request_stop() noexcept { state_->stop.request_stop(); }

Task<void> TaskScope::join() {
  const auto state = state_;
  state->owner.check();
  std::unique_lock lock(state->mutex);
  while (!state->children.empty()) {
    lock.unlock();
    co_await detail::operation<bool>(
        [&](detail::Completion<bool> completion, const std::stop_token& stop) {
          state->joining->add(std::move(completion), stop);
          // The last one may have just ended.
          std::unique_lock check(state->mutex);
          const bool is_empty = state->children.empty();
          check.unlock();
          if (is_empty) state->joining->complete();
        });
    lock.lock();
  }
  const auto error = std::exchange(state->first_error, nullptr);
  lock.unlock();
  if (error) std::rethrow_exception(error);
}

std::size_t TaskScope::running() const {
  state_->owner.check();
  const std::lock_guard lock(state_->mutex);
  return state_->children.size();
}

}  // namespace codex
