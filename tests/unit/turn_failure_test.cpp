#include <set>
#include <string_view>

#include <doctest/doctest.h>

#include <codex/errors.hpp>
#include <codex/protocol/support/type_info.hpp>
#include <codex/turn.hpp>

namespace codex {
namespace {

namespace types = protocol;

TurnResult failed_with(const Json& info) {
  TurnResult result{.id = "t", .status = types::TurnStatus::failed};
  result.error = Json{{"message", "no"}, {"codexErrorInfo", info}}.get<types::TurnError>();
  return result;
}

bool may_retry(const TurnResult& result) { return is_retryable_error(TurnFailedError(result)); }

Json with_status(const char* kind, int status) { return {{kind, {{"httpStatusCode", status}}}}; }

}  // namespace

TEST_CASE("every kind of failure that the SDK knows is one of the protocol's") {
  const auto words = types::CodexErrorInfoValue::type_info.names;
  std::set<std::string_view> protocol(words.begin(), words.end());
  for (const auto& arm : types::CodexErrorInfo::type_info.arms) {
    if (!arm.name.empty()) protocol.insert(arm.name);
  }
  for (const auto name : TurnFailureKind::type_info.names) {
    CAPTURE(name);
    CHECK(protocol.erase(name) == 1);
  }
  // A bump needs nothing by hand: those that came with it go by their name until they are listed.
  for (const auto name : protocol) MESSAGE("TurnFailureKind does not list ", name);
  CHECK(protocol.size() < 5);
}

TEST_CASE("a kind of failure that this version does not know keeps its name and is not retried") {
  const TurnFailedError plain(failed_with("brandNew"));
  CHECK_FALSE(plain.kind().is_known());
  CHECK(plain.kind().name() == "brandNew");
  const TurnFailedError with_payload(failed_with(with_status("brandNew", 429)));
  CHECK(with_payload.kind().name() == "brandNew");
  CHECK(with_payload.http_status() == 429);
  CHECK_FALSE(is_retryable_error(plain));
  CHECK_FALSE(is_retryable_error(with_payload));
}

TEST_CASE("a failure without a kind is `other`") {
  TurnResult nothing{.id = "t", .status = types::TurnStatus::failed};
  CHECK(TurnFailedError(nothing).kind() == TurnFailureKind::other);
  CHECK_FALSE(TurnFailedError(nothing).http_status());
  CHECK(TurnFailedError(failed_with(nullptr)).kind() == TurnFailureKind::other);
  CHECK(TurnFailedError(failed_with(Json::object())).kind() == TurnFailureKind::other);
}

TEST_CASE("overload by its kind, or by the HTTP status, may be retried") {
  for (const char* kind :
       {"serverOverloaded", "rateLimitExceeded", "flexUnavailable", "policyCapacityUnavailable"}) {
    CHECK(may_retry(failed_with(kind)));
  }
  for (const char* kind : {"httpConnectionFailed", "responseStreamConnectionFailed",
                           "responseStreamDisconnected", "responseTooManyFailedAttempts"}) {
    for (const int status : {429, 503, 529})
      CHECK(may_retry(failed_with(with_status(kind, status))));
    for (const int status : {400, 401, 403, 500, 502}) {
      CHECK_FALSE(may_retry(failed_with(with_status(kind, status))));
    }
    CHECK_FALSE(may_retry(failed_with({{kind, {{"httpStatusCode", nullptr}}}})));
  }
  for (const char* kind :
       {"usageLimitExceeded", "internalServerError", "unauthorized", "badRequest",
        "contextWindowExceeded", "modelNotFound", "cyberPolicy", "other"}) {
    CHECK_FALSE(may_retry(failed_with(kind)));
  }
}

TEST_CASE("a turn that left more than what the user said is not retried") {
  const TurnResult clean = failed_with("serverOverloaded");
  const auto with_item = [&](const Json& item) {
    TurnResult result = clean;
    result.items.push_back(item.get<types::ThreadItem>());
    return result;
  };
  CHECK(may_retry(with_item({{"type", "userMessage"}, {"id", "u"}, {"content", Json::array()}})));
  CHECK_FALSE(may_retry(with_item({{"type", "agentMessage"}, {"id", "a"}, {"text", ""}})));
  CHECK_FALSE(may_retry(with_item({{"type", "brandNew"}})));
  TurnResult dropped = clean;
  dropped.dropped_items = 1;
  CHECK_FALSE(may_retry(dropped));
  TurnResult unfinished = clean;
  unfinished.unfinished_items = 1;
  CHECK_FALSE(may_retry(unfinished));
}

}  // namespace codex
