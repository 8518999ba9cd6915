#pragma once

#include <string_view>

#include "approvals/shell_words.hpp"

namespace codex::detail {

/// A command that is allowed: exactly these words, or, with `*` for the last, these and more.
class CommandPattern {
 public:
  /// Throws std::invalid_argument for a pattern that no command can match, and for one without a
  /// program.
  explicit CommandPattern(std::string_view pattern);

  [[nodiscard]] bool matches(const Words& command) const;

 private:
  Words words_;
  bool takes_more_ = false;
};

}  // namespace codex::detail
