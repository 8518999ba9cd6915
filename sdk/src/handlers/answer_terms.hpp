#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

namespace codex::detail {

/// What a yes to one request depends on, and what it means once it is sent. Thread-safe.
class AnswerTerms {
 public:
  /// More than any policy has; with more, the answer is no.
  static constexpr std::size_t max_conditions = 64;

  void only_if(std::function<bool()> holds);

  /// The command that a yes starts runs what it finds in this folder, which shall stay as it is.
  void occupy(std::filesystem::path folder);

  [[nodiscard]] bool empty() const;

  /// Asks each condition. What one throws is a no.
  [[nodiscard]] bool hold() const;

  [[nodiscard]] std::optional<std::filesystem::path> occupied() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::function<bool()>> conditions_;
  bool has_too_many_ = false;
  std::optional<std::filesystem::path> occupied_;
};

}  // namespace codex::detail
