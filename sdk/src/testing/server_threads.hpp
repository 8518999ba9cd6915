#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <httplib.h>

namespace codex::testing::detail {

/// The threads of a server. httplib's own pool calls std::terminate where one cannot be started.
class ServerThreads final : public httplib::TaskQueue {
 public:
  /// Starts so many threads. Throws CodexError where there are fewer.
  explicit ServerThreads(std::size_t count);
  ~ServerThreads() override;
  ServerThreads(const ServerThreads&) = delete;
  ServerThreads(ServerThreads&&) = delete;
  ServerThreads& operator=(const ServerThreads&) = delete;
  ServerThreads& operator=(ServerThreads&&) = delete;

  // It returns nothing or whether there is room, by httplib's version.
  using Enqueued = decltype(std::declval<httplib::TaskQueue&>().enqueue({}));
  Enqueued enqueue(std::function<void()> task) override;
  void shutdown() override;

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  bool is_ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace codex::testing::detail
