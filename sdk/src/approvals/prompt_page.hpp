#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include <codex/screen.hpp>

#include "approvals/prompt.hpp"

namespace codex::detail {

/// The most that a person reads.
constexpr std::size_t max_prompt_bytes = std::size_t{64} * 1024;
constexpr int max_prompt_lines = 200;
/// The fewest columns in which a person can read a command.
constexpr int min_prompt_columns = 20;

/// The text of a question for a terminal of this size, up to the line that asks. Foreign text has a
/// bar at the start of each line, so that it cannot imitate the rest, and cannot control the
/// terminal. Nothing if it is too much to read, or if the deciding part does not fit on the
/// terminal at once.
std::optional<std::string> page_of(const Prompt& prompt, approvals::ScreenSize size);

}  // namespace codex::detail
