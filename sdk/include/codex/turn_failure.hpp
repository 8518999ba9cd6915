#pragma once

#include <cstdint>

#include <codex/protocol/support/open_enum.hpp>

namespace codex {

namespace known {
/// The kinds of failed turns that this version knows.
enum class TurnFailureKind : std::uint8_t {
  context_window_exceeded,            ///< The thread is longer than the model can read.
  session_budget_exceeded,            ///< The session's budget is used up.
  usage_limit_exceeded,               ///< The account's limit is used up for now.
  rate_limit_exceeded,                ///< Too many requests in too short a time.
  flex_unavailable,                   ///< No capacity for the flex service tier.
  server_overloaded,                  ///< The model's server is overloaded.
  model_not_found,                    ///< There is no such model for this account.
  policy_capacity_unavailable,        ///< No capacity for the checks that a policy requires.
  cyber_policy,                       ///< Refused by the provider's policy on cyber security.
  misalignment_policy_violation,      ///< Stopped by the provider's policy on misalignment.
  too_many_denials,                   ///< Too many of the agent's requests were denied.
  internal_server_error,              ///< The model's server failed.
  unauthorized,                       ///< Not logged in, or not with valid credentials.
  bad_request,                        ///< The provider refused the request.
  thread_rollback_failed,             ///< The thread could not be taken back to an earlier turn.
  sandbox_error,                      ///< The sandbox could not be set up.
  other,                              ///< Anything else, or a failure without a kind.
  inference_hook_denied,              ///< The workspace's inference hook denied the request.
  http_connection_failed,             ///< The provider refused the connection; see `http_status`.
  response_stream_connection_failed,  ///< The answer's stream did not open; see `http_status`.
  response_stream_disconnected,       ///< The answer's stream was cut; see `http_status`.
  response_too_many_failed_attempts,  ///< The runtime's own attempts are used up; see
                                      ///< `http_status`.
  active_turn_not_steerable,          ///< A review or a compaction runs, which takes no input.
  bio_policy,                         ///< Refused by the provider's policy on biology.
};
}  // namespace known

/// Why a turn failed: the name of the runtime's `codexErrorInfo`, known to this version or not.
/// `is_retryable_error` says which kinds may be retried.
struct TurnFailureKind : protocol::OpenEnum<TurnFailureKind, known::TurnFailureKind> {
  using OpenEnum::OpenEnum;

  /// @cond  the kinds, as `known::TurnFailureKind` documents them
  static constexpr auto context_window_exceeded = known::TurnFailureKind::context_window_exceeded;
  static constexpr auto session_budget_exceeded = known::TurnFailureKind::session_budget_exceeded;
  static constexpr auto usage_limit_exceeded = known::TurnFailureKind::usage_limit_exceeded;
  static constexpr auto rate_limit_exceeded = known::TurnFailureKind::rate_limit_exceeded;
  static constexpr auto flex_unavailable = known::TurnFailureKind::flex_unavailable;
  static constexpr auto server_overloaded = known::TurnFailureKind::server_overloaded;
  static constexpr auto model_not_found = known::TurnFailureKind::model_not_found;
  static constexpr auto policy_capacity_unavailable =
      known::TurnFailureKind::policy_capacity_unavailable;
  static constexpr auto cyber_policy = known::TurnFailureKind::cyber_policy;
  static constexpr auto misalignment_policy_violation =
      known::TurnFailureKind::misalignment_policy_violation;
  static constexpr auto too_many_denials = known::TurnFailureKind::too_many_denials;
  static constexpr auto internal_server_error = known::TurnFailureKind::internal_server_error;
  static constexpr auto unauthorized = known::TurnFailureKind::unauthorized;
  static constexpr auto bad_request = known::TurnFailureKind::bad_request;
  static constexpr auto thread_rollback_failed = known::TurnFailureKind::thread_rollback_failed;
  static constexpr auto sandbox_error = known::TurnFailureKind::sandbox_error;
  static constexpr auto other = known::TurnFailureKind::other;
  static constexpr auto inference_hook_denied = known::TurnFailureKind::inference_hook_denied;
  static constexpr auto http_connection_failed = known::TurnFailureKind::http_connection_failed;
  static constexpr auto response_stream_connection_failed =
      known::TurnFailureKind::response_stream_connection_failed;
  static constexpr auto response_stream_disconnected =
      known::TurnFailureKind::response_stream_disconnected;
  static constexpr auto response_too_many_failed_attempts =
      known::TurnFailureKind::response_too_many_failed_attempts;
  static constexpr auto active_turn_not_steerable =
      known::TurnFailureKind::active_turn_not_steerable;
  static constexpr auto bio_policy = known::TurnFailureKind::bio_policy;

  static const protocol::detail::EnumInfo type_info;
  /// @endcond
};

}  // namespace codex
