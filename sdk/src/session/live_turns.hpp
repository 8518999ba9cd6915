#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace codex::detail {

class TurnState;

/// The turns that a client follows, in the order in which it took them up. Thread-safe.
class LiveTurns {
 public:
  void add(const std::shared_ptr<TurnState>& turn) {
    const std::lock_guard lock(mutex_);
    if (turns_.size() >= cleanup_at_) {
      std::erase_if(turns_, [](const auto& gone) { return gone.expired(); });
      cleanup_at_ = std::max(min_cleanup, 2 * turns_.size());
    }
    turns_.push_back(turn);
  }

  /// Those that exist; some may be over.
  [[nodiscard]] std::vector<std::shared_ptr<TurnState>> all() const {
    std::vector<std::shared_ptr<TurnState>> alive;
    const std::lock_guard lock(mutex_);
    for (const auto& turn : turns_) alive.push_back(turn.lock());
    std::erase(alive, nullptr);
    return alive;
  }

 private:
  static constexpr std::size_t min_cleanup = 64;

  mutable std::mutex mutex_;
  std::vector<std::weak_ptr<TurnState>> turns_;
  std::size_t cleanup_at_ = min_cleanup;
};

}  // namespace codex::detail
