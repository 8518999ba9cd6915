#include "testing/server_threads.hpp"

#include "task/start_thread.hpp"

namespace codex::testing::detail {

ServerThreads::ServerThreads(std::size_t count) {
  threads_.reserve(count);
  try {
    while (threads_.size() < count) {
      threads_.push_back(
          codex::detail::start_thread("start a server of codex::testing", [this] { run(); }));
    }
  } catch (...) {
    shutdown();
    throw;
  }
}

ServerThreads::~ServerThreads() { shutdown(); }

ServerThreads::Enqueued ServerThreads::enqueue(std::function<void()> task) {
  const std::lock_guard lock(mutex_);
  tasks_.push_back(std::move(task));
  changed_.notify_one();
  return static_cast<Enqueued>(true);
}

void ServerThreads::shutdown() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
    changed_.notify_all();
  }
  for (std::thread& thread : std::exchange(threads_, {})) thread.join();
}

void ServerThreads::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return is_ending_ || !tasks_.empty(); });
    if (tasks_.empty()) return;
    const auto task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
    lock.lock();
  }
}

}  // namespace codex::testing::detail
