#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include <codex/screen.hpp>

#include "approvals/prompt.hpp"

namespace codex::detail {

/// More than this nobody reads.
constexpr std::size_t max_prompt_bytes = std::size_t{64} * 1024;
constexpr int max_prompt_lines = 200;
/// In fewer columns nobody reads a command.
constexpr int min_prompt_columns = 20;

/// The text of a question for a terminal of this size, up to the line that asks. What others wrote
/// has a bar at the start of each line, so that it cannot imitate the rest, and nothing in it
/// controls the terminal. Nothing when it is too much to read, or what decides does not fit on the
/// terminal at once.
std::optional<std::string> page_of(const Prompt& prompt, approvals::ScreenSize size);

}  // namespace codex::detail
