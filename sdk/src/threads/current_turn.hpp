#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <codex/async/task.hpp>
#include <codex/options.hpp>

#include "session/client_core.hpp"
#include "turns/turn_handle.hpp"
#include "turns/turn_start.hpp"

namespace codex::detail {

/// The turn that runs on the thread, whoever started it; see Thread::current_turn.
Task<std::optional<StartedTurn>> current_turn(std::shared_ptr<const Client> client,
                                              std::string thread_id, CallOptions options);

/// The turns that this client follows and that are not over, each once.
[[nodiscard]] std::vector<HandleState> running_turns(const std::shared_ptr<const Client>& client);

}  // namespace codex::detail
