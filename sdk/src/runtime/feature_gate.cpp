#include "runtime/feature_gate.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <codex/errors.hpp>
#include <codex/protocol/registry.hpp>
#include <codex/protocol/support/nesting.hpp>
#include <codex/version.hpp>

namespace codex::detail {
namespace {

using namespace protocol::detail;

constexpr std::array kinds = {MethodKind::request, MethodKind::notification,
                              MethodKind::server_request, MethodKind::client_notification};

void refuse_experimental(const std::string& what) {
  throw UnsupportedError(what +
                         " is experimental, and this client did not opt in. Set "
                         "CodexConfig::experimental_api to true to use it.");
}

bool is_experimental_member(std::string_view type, std::string_view member) {
  const auto all = protocol::experimental_members();
  return std::binary_search(all.begin(), all.end(), std::string(type) + "." + std::string(member));
}

/// The runtime itself refuses experimental parts deeper down.
void check_opt_in(const MethodInfo& method, const Json& params) {
  if (method.experimental) refuse_experimental(std::string(method.method));
  for (const auto& [member, value] : params.items()) {
    if (!value.is_null() && is_experimental_member(method.params->name, member)) {
      refuse_experimental(std::string(method.method) + " with " + member);
    }
  }
}

/// The later one of two versions; "" is none.
std::string_view later(std::string_view a, std::string_view b) {
  const auto numbers = [](std::string_view text) {
    const auto version = RuntimeVersion::parse(text);
    return version ? version->numbers : VersionNumbers{};
  };
  return numbers(a) < numbers(b) ? b : a;
}

std::string names_of(const std::vector<LackingPart>& parts) {
  std::string names;
  for (const LackingPart& part : parts) names += (names.empty() ? "" : ", ") + part.path;
  return names;
}

/// "turn/start with toolOutput, turnTrigger: ...": the error for a runtime that is too old.
std::string too_early(const std::string& what, std::string_view since,
                      const RuntimeVersion& runtime) {
  return what + ": Codex runtime " + std::string(since) +
         " or newer is required; this one calls itself '" + runtime.text +
         "'. Run codex-fetch-runtime (tools/fetch_runtime of the SDK) to install " +
         std::string(sdk_version()) +
         ", which this SDK was made for, and leave CodexConfig::codex_bin unset or point it at "
         "such "
         "a one.";
}

std::string too_late(const std::string& what, std::string_view until,
                     const RuntimeVersion& runtime) {
  return what + ": Codex runtime " + std::string(until) +
         " was the last with it; this one calls itself '" + runtime.text + "'. Do without it.";
}

std::string is_required(const std::string& what, std::string_view until,
                        const RuntimeVersion& runtime) {
  return what + ": Codex runtimes up to " + std::string(until) +
         " require it; this one calls itself '" + runtime.text + "'. Set it.";
}

}  // namespace

FeatureGate::FeatureGate(bool experimental_api, const RuntimeVersion& runtime,
                         const History& history)
    : experimental_api_(experimental_api),
      runtime_(runtime),
      support_(runtime, history),
      lacking_(support_) {}

void FeatureGate::check(std::string_view method, std::string_view params_text) const {
  const MethodInfo* info = protocol::find_method(MethodKind::request, method);
  if (!info) return;  // newer than the SDK: the runtime decides
  check_method(method);
  const bool may_lack =
      info->params && lacking_.contains(*info->params) && lacking_.may_be_in(params_text);
  if (experimental_api_ && !may_lack) return;
  Json params = params_text.empty() ? Json() : parse_or_discard(params_text);
  if (!params.is_object()) params = Json::object();
  if (!experimental_api_) check_opt_in(*info, params);
  if (may_lack) check_parts(method, params, *info->params);
}

void FeatureGate::check_method(std::string_view method) const {
  const MethodHistory* entry = support_.history().method(MethodKind::request, method);
  if (!entry || support_.has(entry->lifetime)) return;
  const std::string what(method);
  if (!support_.has({.since = entry->lifetime.since})) {
    throw UnsupportedError(too_early(what, entry->lifetime.since, runtime_));
  }
  throw UnsupportedError(too_late(what, entry->lifetime.until, runtime_));
}

void FeatureGate::check_parts(std::string_view method, const Json& params,
                              const TypeInfo& type) const {
  std::vector<LackingPart> early;
  std::vector<LackingPart> late;
  std::vector<LackingPart> missing;
  for (LackingPart& part : lacking_parts(support_, lacking_, type, params)) {
    (part.is_missing ? missing : part.since.empty() ? late : early).push_back(std::move(part));
  }
  const std::string with = std::string(method) + " with ";
  if (!early.empty()) {
    std::string_view since;
    for (const LackingPart& part : early) since = later(since, part.since);
    throw UnsupportedError(too_early(with + names_of(early), since, runtime_));
  }
  if (!late.empty()) {
    throw UnsupportedError(too_late(with + late.front().path, late.front().until, runtime_));
  }
  if (!missing.empty()) {
    throw UnsupportedError(is_required(std::string(method) + " without " + missing.front().path,
                                       missing.front().until, runtime_));
  }
}

bool FeatureGate::supports(std::string_view method) const {
  return std::ranges::any_of(kinds, [&](MethodKind kind) {
    return protocol::find_method(kind, method) && support_.has(kind, method);
  });
}

bool FeatureGate::supports(std::string_view method, std::string_view member) const {
  return std::ranges::any_of(kinds, [&](MethodKind kind) {
    const MethodInfo* info = protocol::find_method(kind, method);
    return info && info->params && support_.has(kind, method) &&
           has_member(support_, *info->params, member);
  });
}

}  // namespace codex::detail
