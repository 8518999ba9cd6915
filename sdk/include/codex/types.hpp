#pragma once

/// The types of the protocol that an app meets from day to day, as `codex::types::X`: those of the
/// Python SDK's `openai_codex.types`, name for name, and the events of a turn. Each is the type of
/// the same name in `codex::protocol` (`<codex/protocol.hpp>` has all of them).

#include <codex/notification.hpp>
#include <codex/protocol/everyday.hpp>
#include <codex/protocol/session.hpp>
#include <codex/protocol/support/json.hpp>

/// Names of `codex::protocol` and `codex`, chosen for apps.
namespace codex::types {

// Those of openai_codex.types.
using codex::Notification;
/// A JSON object as it is.
using JsonObject = codex::Json;
using protocol::Account;
using protocol::AccountLoginCompletedNotification;
using protocol::ApprovalsReviewer;
using protocol::AskForApproval;
using protocol::CancelLoginAccountResponse;
using protocol::CancelLoginAccountStatus;
using protocol::GetAccountResponse;
using protocol::InitializeResponse;
using protocol::ModelListResponse;
using protocol::Personality;
using protocol::PlanType;
using protocol::ReasoningEffort;
using protocol::ReasoningSummary;
using protocol::SandboxMode;
using protocol::SandboxPolicy;
using protocol::SortDirection;
using protocol::ThreadArchiveResponse;
using protocol::ThreadCompactStartResponse;
using protocol::ThreadItem;
using protocol::ThreadListCwdFilter;
using protocol::ThreadListResponse;
using protocol::ThreadReadResponse;
using protocol::ThreadSetNameResponse;
using protocol::ThreadSortKey;
using protocol::ThreadSource;
using protocol::ThreadSourceKind;
using protocol::ThreadStartSource;
using protocol::ThreadTokenUsage;
using protocol::ThreadTokenUsageUpdatedNotification;
using protocol::Turn;
using protocol::TurnCompletedNotification;
using protocol::TurnError;
using protocol::TurnInterruptResponse;
using protocol::TurnStatus;
using protocol::TurnSteerResponse;

// The events of a turn's stream: `event.as<codex::types::ItemAgentMessageDelta>()` gives an
// AgentMessageDeltaNotification.
using protocol::notifications::ItemAgentMessageDelta;
using protocol::notifications::ItemCommandExecutionOutputDelta;
using protocol::notifications::ItemCompleted;
using protocol::notifications::ItemFileChangePatchUpdated;
using protocol::notifications::ItemMcpToolCallProgress;
using protocol::notifications::ItemPlanDelta;
using protocol::notifications::ItemReasoningSummaryPartAdded;
using protocol::notifications::ItemReasoningSummaryTextDelta;
using protocol::notifications::ItemReasoningTextDelta;
using protocol::notifications::ItemStarted;
using protocol::notifications::ThreadTokenUsageUpdated;
using protocol::notifications::TurnCompleted;
using protocol::notifications::TurnDiffUpdated;
using protocol::notifications::TurnPlanUpdated;
using protocol::notifications::TurnStarted;

// What these events say, and the error that a turn meets on its way.
using protocol::AgentMessageDeltaNotification;
using protocol::CommandExecutionOutputDeltaNotification;
using protocol::ErrorNotification;
using protocol::FileChangePatchUpdatedNotification;
using protocol::ItemCompletedNotification;
using protocol::ItemStartedNotification;
using protocol::McpToolCallProgressNotification;
using protocol::PlanDeltaNotification;
using protocol::ReasoningSummaryPartAddedNotification;
using protocol::ReasoningSummaryTextDeltaNotification;
using protocol::ReasoningTextDeltaNotification;
using protocol::TurnDiffUpdatedNotification;
using protocol::TurnPlanUpdatedNotification;
using protocol::TurnStartedNotification;

/// All events there are, by their methods.
namespace notifications = protocol::notifications;

}  // namespace codex::types
