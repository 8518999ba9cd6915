#pragma once

#include <codex/turn.hpp>

namespace codex::detail {

/// Whether a failed turn may be tried again: the provider had too much to do, and nothing came of
/// the turn but what the user said.
bool is_retryable(const TurnResult& failed);

}  // namespace codex::detail
