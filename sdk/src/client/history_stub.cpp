#include <codex/protocol/support/history.hpp>

namespace codex::protocol::detail {
namespace {

// Until the generator writes these into generated/src/registry.cpp: the SDK's own newer options.
constexpr std::string_view versions[] = {"0.131.0", "0.144.6", "0.146.1",
                                         "0.150.0", "0.151.0", "0.169.0"};
constexpr PartHistory review_decision[] = {{"denied", {.since = "0.146.1"}}};
constexpr PartHistory exclude_turns[] = {{"excludeTurns", {.since = "0.151.0"}}};
constexpr PartHistory turn_start[] = {{"serviceTierForTurn", {.since = "0.151.0"}},
                                      {"toolOutput", {.since = "0.151.0"}},
                                      {"turnTrigger", {.since = "0.151.0"}}};
constexpr TypeHistory types[] = {{"ReviewDecision", {}, review_decision},
                                 {"ThreadForkParams", {}, exclude_turns},
                                 {"ThreadResumeParams", {}, exclude_turns},
                                 {"TurnStartParams", {}, turn_start}};

}  // namespace

std::span<const std::string_view> history_versions() { return versions; }
std::span<const TypeHistory> type_histories() { return types; }
std::span<const MethodHistory> method_histories() { return {}; }

}  // namespace codex::protocol::detail
