#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <codex/codex.hpp>

#include "runtime.hpp"
#include "shape.hpp"

namespace soak {

/// What all lanes have seen.
class Tally {
 public:
  /// How a turn ended: whole, found (cut off, and read from the runtime later), interrupted (its
  /// runtime was killed), never begun (its start was cut off).
  void count_turn(const std::string& end);
  void count_error(const std::exception& error);
  void count_wrong(int number, const std::string& what);

  [[nodiscard]] std::uint64_t turns() const;
  [[nodiscard]] std::uint64_t wrong() const { return wrong_; }
  /// "10 turns (8 whole, 2 found), errors: TransportClosedError 2, 0 wrong"
  [[nodiscard]] std::string line() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::uint64_t> turns_;
  std::map<std::string, std::uint64_t> errors_;
  std::atomic<std::uint64_t> wrong_ = 0;
};

/// Counts how often each turn was asked for an approval and for its tool.
class Asked {
 public:
  void approval(const std::string& mark);
  void tool(const std::string& mark);
  /// Approvals and calls of the tool; forgets them.
  std::pair<int, int> take(const std::string& mark);

 private:
  std::mutex mutex_;
  std::map<std::string, std::pair<int, int>> counts_;
};

/// Turn after turn, in one thread for 20 of them, then in the next. Of the threads that it has left
/// some stay, as they do with apps, and the rest are archived. Each result is compared with
/// that of an uncut turn; a turn that was cut off is looked for in the runtime.
class Lane {
 public:
  /// `reference` is the uncut turn with the number 0; empty for the lane that makes it.
  Lane(Runtime& runtime, Tally& tally, Asked& asked, Shape reference);

  void take_turn(int number);
  /// A turn that nothing disturbs.
  [[nodiscard]] Shape uncut(int number);

 private:
  using Turn = std::optional<codex::protocol::Turn>;

  [[nodiscard]] codex::Thread thread(codex::Codex& codex);
  [[nodiscard]] std::shared_ptr<codex::Codex> connected();
  void leave_thread();
  void run(int number);
  void find(int number);
  [[nodiscard]] Turn look_for(int number);
  void judge(int number, const codex::protocol::TurnStatus& status,
             const std::vector<codex::protocol::ThreadItem>& items, const std::string& if_right);
  /// Whether the turn has to end as if nothing had been.
  [[nodiscard]] bool must_be_whole() const;
  [[nodiscard]] codex::Tool tool() const;

  Runtime& runtime_;
  Tally& tally_;
  Asked& asked_;
  const Shape reference_;
  std::string thread_id_;
  int turns_in_thread_ = 0;
  int threads_ = 0;
  bool has_begun_ = false;
  Faults before_, at_begin_;  // of the turn before: what was cut then may be noticed now
};

}  // namespace soak
