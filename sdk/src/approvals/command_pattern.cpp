#include "approvals/command_pattern.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace codex::detail {

CommandPattern::CommandPattern(std::string_view pattern) {
  constexpr std::string_view more = " *";
  std::string_view command = pattern;
  takes_more_ = command.ends_with(more);
  if (takes_more_) command.remove_suffix(more.size());
  const std::optional<Words> words = plain_words(command);
  if (!words || words->empty() || words->front().empty()) {
    throw std::invalid_argument("not a plain command, as in `git status` or `ls *`: " +
                                std::string(pattern));
  }
  words_ = *words;
}

bool CommandPattern::matches(const Words& command) const {
  if (takes_more_ ? command.size() < words_.size() : command.size() != words_.size()) return false;
  return std::equal(words_.begin(), words_.end(), command.begin());
}

}  // namespace codex::detail
