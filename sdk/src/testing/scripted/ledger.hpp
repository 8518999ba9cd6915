#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <codex/testing/scripted_server.hpp>

#include "testing/record_budget.hpp"

namespace codex::testing::detail {

/// One instruction to a server.
struct Rule {
  std::string method;
  ScriptedServer::Predicate predicate;  // or none
  ScriptedServer::AnswerFunction answer;
  bool is_for_once = false;
  std::atomic<bool> is_used_up = false;
};

/// A server's instructions and its record, shared by its conversations. Thread-safe; calls no
/// foreign functions with its lock held.
class Ledger {
 public:
  void add(std::shared_ptr<Rule> rule);

  /// The answer to this request; nothing if no rule matches. Throws what the rule's functions
  /// throw.
  [[nodiscard]] std::optional<Answer> answer_to(const ScriptedRequest& request);

  /// `bytes`: the size of its line. Past the budget nothing more is recorded.
  void record(ScriptedRequest request, std::size_t bytes);
  [[nodiscard]] std::vector<ScriptedRequest> requests(std::string_view method) const;
  [[nodiscard]] bool wait_for_requests(std::string_view method, std::size_t count,
                                       std::chrono::milliseconds timeout) const;

  /// Keeps the first 1,000 problems, and the first 10,000 bytes of each, secrets masked.
  void complain(std::string_view problem);
  [[nodiscard]] std::vector<std::string> problems() const;

  /// 1, 2, ... for the ids of threads, turns and items.
  [[nodiscard]] std::string next_id(std::string_view kind);

 private:
  [[nodiscard]] std::size_t count(std::string_view method) const;

  mutable std::mutex mutex_;
  mutable std::condition_variable recorded_;
  std::vector<std::shared_ptr<Rule>> rules_;
  std::vector<ScriptedRequest> requests_;
  RecordBudget budget_;
  std::vector<std::string> problems_;
  std::atomic<std::size_t> last_id_ = 0;
};

}  // namespace codex::testing::detail
