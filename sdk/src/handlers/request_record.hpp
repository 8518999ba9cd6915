#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <unordered_set>

#include "connection/connection.hpp"
#include "wire/envelope.hpp"

namespace codex::detail {

/// The requests that one connection has brought, so that those which the runtime sends again are
/// known: after each `thread/resume` it repeats what waits for an answer, with the same id. Not
/// thread-safe.
class RequestRecord {
 public:
  /// Past it the oldest are forgotten. It is far more than what can wait for an answer.
  static constexpr std::size_t max_requests = 4096;

  /// Adds it; whether it is new. One that has the id of another and asks for something else is: a
  /// runtime that was started again gives its ids a second time.
  bool add(const ServerRequest& request) {
    const std::size_t hash = hash_of(request);
    if (!hashes_.insert(hash).second) return false;
    order_.push_back(hash);
    if (order_.size() > max_requests) {
      hashes_.erase(order_.front());
      order_.pop_front();
    }
    return true;
  }

  void clear() {
    hashes_.clear();
    order_.clear();
  }

 private:
  [[nodiscard]] static std::size_t hash_of(const ServerRequest& request) {
    return std::hash<std::string>()(canonical_id(request.id) + '\n' + request.method + '\n' +
                                    request.params);
  }

  std::unordered_set<std::size_t> hashes_;
  std::deque<std::size_t> order_;  // of these, the oldest first
};

}  // namespace codex::detail
