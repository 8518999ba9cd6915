#include "turns/turn_failure.hpp"

#include <algorithm>
#include <iterator>
#include <string>

#include <codex/protocol/support/tables.hpp>

namespace codex {
namespace {

namespace types = codex::protocol;

constexpr std::string_view kind_names[] = {
    "contextWindowExceeded",
    "sessionBudgetExceeded",
    "usageLimitExceeded",
    "rateLimitExceeded",
    "flexUnavailable",
    "serverOverloaded",
    "modelNotFound",
    "policyCapacityUnavailable",
    "cyberPolicy",
    "misalignmentPolicyViolation",
    "tooManyDenials",
    "internalServerError",
    "unauthorized",
    "badRequest",
    "threadRollbackFailed",
    "sandboxError",
    "other",
    "inferenceHookDenied",
    "httpConnectionFailed",
    "responseStreamConnectionFailed",
    "responseStreamDisconnected",
    "responseTooManyFailedAttempts",
    "activeTurnNotSteerable",
    "bioPolicy",
};

/// As on the wire: the name, or an object whose only member is under the name.
Json error_info(const TurnResult& failed) {
  if (!failed.error || !failed.error->codex_error_info) return nullptr;
  return *failed.error->codex_error_info;
}

bool has_one_member(const Json& info) { return info.is_object() && info.size() == 1; }

TurnFailureKind kind_of(const Json& info) {
  if (info.is_string()) return TurnFailureKind(info.get_ref<const std::string&>());
  if (has_one_member(info)) return TurnFailureKind(info.begin().key());
  return TurnFailureKind::other;
}

std::optional<int> http_status_of(const Json& info) {
  if (!has_one_member(info) || !info.front().is_object()) return std::nullopt;
  const auto status = info.front().find("httpStatusCode");
  if (status == info.front().end() || !status->is_number_integer()) return std::nullopt;
  return status->get<int>();
}

bool is_overload(int http_status) {
  return http_status == 429 || http_status == 503 || http_status == 529;
}

bool is_overload(const Json& info) {
  switch (kind_of(info)) {
    case TurnFailureKind::rate_limit_exceeded:
    case TurnFailureKind::flex_unavailable:
    case TurnFailureKind::server_overloaded:
    case TurnFailureKind::policy_capacity_unavailable:
      return true;
    case TurnFailureKind::http_connection_failed:
    case TurnFailureKind::response_stream_connection_failed:
    case TurnFailureKind::response_stream_disconnected:
    case TurnFailureKind::response_too_many_failed_attempts:
      return is_overload(http_status_of(info).value_or(0));
    case TurnFailureKind::context_window_exceeded:
    case TurnFailureKind::session_budget_exceeded:
    case TurnFailureKind::usage_limit_exceeded:
    case TurnFailureKind::model_not_found:
    case TurnFailureKind::cyber_policy:
    case TurnFailureKind::misalignment_policy_violation:
    case TurnFailureKind::too_many_denials:
    case TurnFailureKind::internal_server_error:
    case TurnFailureKind::unauthorized:
    case TurnFailureKind::bad_request:
    case TurnFailureKind::thread_rollback_failed:
    case TurnFailureKind::sandbox_error:
    case TurnFailureKind::other:
    case TurnFailureKind::inference_hook_denied:
    case TurnFailureKind::active_turn_not_steerable:
    case TurnFailureKind::bio_policy:
      return false;
  }
  return false;  // a kind that this version does not know
}

bool is_untouched(const TurnResult& turn) {
  return turn.dropped_items == 0 && turn.unfinished_items == 0 &&
         std::all_of(turn.items.begin(), turn.items.end(), [](const types::ThreadItem& item) {
           return item.is<types::UserMessageThreadItem>();
         });
}

}  // namespace

constinit const types::detail::EnumInfo TurnFailureKind::type_info{
    types::detail::named<TurnFailureKind>(types::detail::Kind::enumeration, "TurnFailureKind"),
    kind_names};

TurnFailureKind TurnFailedError::kind() const { return kind_of(error_info(result())); }

std::optional<int> TurnFailedError::http_status() const {
  return http_status_of(error_info(result()));
}

bool detail::is_retryable(const TurnResult& failed) {
  return is_untouched(failed) && is_overload(error_info(failed));
}

}  // namespace codex
