#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include "task/outcome.hpp"
#include "task/owner_process.hpp"

namespace codex::detail {

/// The waiters for one event. Thread-safe; completions are called without locks.
class WaitList : public std::enable_shared_from_this<WaitList> {
 public:
  /// Completes at the next `complete`, or with CancelledError if stopped first.
  void add(Completion<bool> completion, const std::stop_token& stop);

  void complete();

 private:
  struct Entry;
  using EntryPtr = std::shared_ptr<Entry>;
  /// Ends one wait early.
  struct Cancel {
    std::weak_ptr<WaitList> list;
    std::weak_ptr<Entry> entry;
    void operator()() const;
  };
  struct Entry {
    explicit Entry(Completion<bool> to_call) : completion(std::move(to_call)) {}
    Completion<bool> completion;
    std::optional<std::stop_callback<Cancel>> on_stop;
  };

  const OwnerProcess owner_;
  std::mutex mutex_;
  std::vector<EntryPtr> entries_;
};

}  // namespace codex::detail
