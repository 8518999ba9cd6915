#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <codex/handlers.hpp>

#include "connection/connection.hpp"
#include "handlers/agent_reach.hpp"
#include "wire/peek.hpp"

namespace codex::detail {

/// All that the SDK knows of one kind of request of the server. A new kind is a row of the table
/// and a member of `Handlers`.
struct RequestKind {
  std::string_view method = {};  // empty: unknown to this version
  std::shared_ptr<HandlerBody> (*body)(const Handlers& handlers) = nullptr;

  /// The response that says no, with the reason where there is room for one. Not set: only an error
  /// says no.
  std::string (*refusal)(std::string_view reason) = nullptr;

  /// It calls its thread `conversationId` and its item `callId`, and names no turn.
  bool is_older = false;
  /// It asks for a yes to one item, a command or a patch.
  bool is_about_item = false;
  /// It does not say what it asks about: a yes needs the item that was started.
  bool needs_item = false;
  /// A thread's own tools come before the handlers.
  bool calls_tool = false;

  /// Whether nobody else may read the answer.
  bool (*is_secret)(Peek params) = [](Peek) { return false; };
  /// The response without what it grants beyond the request; nothing if that is not too much.
  std::optional<std::string> (*limited)(Peek params, std::string_view response) =
      [](Peek, std::string_view) { return std::optional<std::string>(); };
  /// Whether the response lets the agent do something.
  bool (*allows)(Peek response) = [](Peek) { return false; };
  /// Adds to `reach` what such a response lets the agent write; see `note_allowed`.
  void (*note)(Peek params, Peek response, Peek item, AgentReach& reach) = [](Peek, Peek, Peek,
                                                                              AgentReach&) {};
};

/// The row of this method; of any unknown one that of `Handlers::other`.
[[nodiscard]] const RequestKind& kind_of(std::string_view method);

/// Whether any of the handlers is set.
[[nodiscard]] bool has_any(const Handlers& handlers);

/// Adds to `reach` what a response that allows something lets the agent write. `item_started`: of
/// what the request is about, where that is known.
void note_allowed(const RequestKind& kind, std::string_view params, std::string_view response,
                  const std::optional<Notification>& item_started, AgentReach& reach);

/// Gives an older request the ids that the others have.
void name_ids(const RequestKind& kind, ServerRequest& request);

/// The same denial in the shape of runtimes up to 0.144.6, where the older approvals are denied
/// with a word, without a reason. Other responses stay as they are.
[[nodiscard]] std::string with_older_denial(const RequestKind& kind, std::string response);

}  // namespace codex::detail
