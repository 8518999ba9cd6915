#pragma once

#include <optional>
#include <string_view>

#include <codex/notification.hpp>

#include "connection/connection.hpp"
#include "handlers/agent_reach.hpp"

namespace codex::detail {

/// Whether it asks for a yes to one item, a command or a patch.
[[nodiscard]] bool is_about_item(std::string_view method);

/// Whether the response to this request of the server lets the agent do something.
[[nodiscard]] bool allows(std::string_view method, std::string_view response);

/// Adds to `reach` what such a response lets the agent write. `item_started`: what the request is
/// about, where that is known.
void note_allowed(const ServerRequest& request, std::string_view response,
                  const std::optional<Notification>& item_started, AgentReach& reach);

}  // namespace codex::detail
