#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include <codex/testing.hpp>

namespace codex::testing::detail {

/// The latest requests that a mock got; the oldest beyond the limits are dropped and counted. Not
/// thread-safe.
class RequestRecord {
 public:
  RequestRecord(std::size_t max_requests, std::size_t max_bytes)
      : max_requests_(max_requests), max_bytes_(max_bytes) {}

  /// `bytes`: the size of its body.
  void add(ModelRequest request, std::size_t bytes) {
    entries_.emplace_back(std::move(request), bytes);
    bytes_ += bytes;
    while (entries_.size() > 1 && (entries_.size() > max_requests_ || bytes_ > max_bytes_)) {
      bytes_ -= entries_.front().second;
      entries_.pop_front();
      ++dropped_;
    }
  }

  [[nodiscard]] std::vector<ModelRequest> requests() const {
    std::vector<ModelRequest> copies;
    copies.reserve(entries_.size());
    for (const auto& entry : entries_) copies.push_back(entry.first);
    return copies;
  }
  /// nullptr if there is none.
  [[nodiscard]] const ModelRequest* last() const {
    return entries_.empty() ? nullptr : &entries_.back().first;
  }
  [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }
  /// With those that were dropped.
  [[nodiscard]] std::uint64_t count() const noexcept { return dropped_ + entries_.size(); }

 private:
  std::size_t max_requests_;
  std::size_t max_bytes_;
  std::deque<std::pair<ModelRequest, std::size_t>> entries_;
  std::size_t bytes_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace codex::testing::detail
