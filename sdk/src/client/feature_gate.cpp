#include "client/feature_gate.hpp"

#include <algorithm>
#include <array>

#include <codex/errors.hpp>
#include <codex/protocol/registry.hpp>
#include <codex/protocol/support/nesting.hpp>

namespace codex::detail {
namespace {

/// Members that runtimes before this one do not know.
constexpr VersionNumbers late_members_since{0, 151, 0};
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> late_members{
    {{"turn/start", "toolOutput"},
     {"turn/start", "turnTrigger"},
     {"turn/start", "serviceTierForTurn"},
     {"thread/resume", "excludeTurns"},
     {"thread/fork", "excludeTurns"}}};

void refuse_experimental(const std::string& what) {
  throw UnsupportedError(what +
                         " is experimental, and this client did not opt in. Set "
                         "CodexConfig::experimental_api to true to use it.");
}

bool is_experimental_member(std::string_view type, std::string_view member) {
  const auto all = protocol::experimental_members();
  return std::binary_search(all.begin(), all.end(), std::string(type) + "." + std::string(member));
}

/// The runtime itself refuses what may be experimental deeper down.
void check_opt_in(std::string_view method, const Json& params) {
  const auto* info = protocol::find_method(protocol::detail::MethodKind::request, method);
  if (!info) return;
  if (info->experimental) refuse_experimental(std::string(method));
  for (const auto& [member, value] : params.items()) {
    if (!value.is_null() && is_experimental_member(info->params->name, member)) {
      refuse_experimental(std::string(method) + " with " + member);
    }
  }
}

void check_age(std::string_view method, const Json& params, const RuntimeVersion& runtime) {
  std::string used;
  for (const auto& [late_method, member] : late_members) {
    if (late_method != method || !params.contains(member)) continue;
    used += (used.empty() ? "" : ", ") + std::string(member);
  }
  if (used.empty()) return;
  throw UnsupportedError(
      std::string(method) + " with " + used +
      ": Codex runtime 0.151.0 or newer is required; this one calls itself '" + runtime.text +
      "'. Run codex-fetch-runtime (tools/fetch_runtime of the SDK) to install the "
      "one that this SDK was made for, and leave CodexConfig::codex_bin unset or point it at such "
      "a one.");
}

}  // namespace

FeatureGate::FeatureGate(bool experimental_api, const RuntimeVersion& runtime)
    : is_open_(experimental_api && runtime.is_at_least(late_members_since)),
      experimental_api_(experimental_api),
      runtime_(runtime) {}

void FeatureGate::check(std::string_view method, std::string_view params_text) const {
  if (is_open_) return;
  Json params = params_text.empty() ? Json() : protocol::detail::parse_or_discard(params_text);
  if (!params.is_object()) params = Json::object();
  if (!experimental_api_) check_opt_in(method, params);
  if (!runtime_.is_at_least(late_members_since)) check_age(method, params, runtime_);
}

}  // namespace codex::detail
