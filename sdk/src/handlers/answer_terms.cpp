#include "handlers/answer_terms.hpp"

#include <algorithm>
#include <utility>

namespace codex::detail {

void AnswerTerms::only_if(std::function<bool()> holds) {
  const std::lock_guard lock(mutex_);
  has_too_many_ = has_too_many_ || conditions_.size() >= max_conditions;
  if (!has_too_many_) conditions_.push_back(std::move(holds));
}

void AnswerTerms::occupy(std::filesystem::path folder) {
  const std::lock_guard lock(mutex_);
  occupied_ = std::move(folder);
}

bool AnswerTerms::empty() const {
  const std::lock_guard lock(mutex_);
  return conditions_.empty();
}

bool AnswerTerms::hold() const {
  std::unique_lock lock(mutex_);
  if (has_too_many_) return false;
  const auto conditions = conditions_;
  lock.unlock();
  try {
    return std::ranges::all_of(conditions, [](const auto& holds) { return holds(); });
  } catch (...) {
    return false;
  }
}

std::optional<std::filesystem::path> AnswerTerms::occupied() const {
  const std::lock_guard lock(mutex_);
  return occupied_;
}

}  // namespace codex::detail
