#include "runtime/runtime_support.hpp"

#include <algorithm>
#include <tuple>

namespace codex::detail {

using protocol::detail::Lifetime;
using protocol::detail::MethodHistory;
using protocol::detail::MethodKind;
using protocol::detail::PartHistory;
using protocol::detail::TypeHistory;

History History::generated() {
  return {protocol::detail::history_versions(), protocol::detail::type_histories(),
          protocol::detail::method_histories()};
}

const TypeHistory* History::type(std::string_view name) const {
  const auto found = std::ranges::lower_bound(types, name, {}, &TypeHistory::name);
  return found != types.end() && found->name == name ? &*found : nullptr;
}

const MethodHistory* History::method(MethodKind kind, std::string_view name) const {
  const auto key = [](const MethodHistory& entry) { return std::pair(entry.name, entry.kind); };
  const auto found = std::ranges::lower_bound(methods, std::pair(name, kind), {}, key);
  return found != methods.end() && key(*found) == std::pair(name, kind) ? &*found : nullptr;
}

RuntimeSupport::RuntimeSupport(const RuntimeVersion& runtime, const History& history)
    : history_(history),
      is_known_(runtime.numbers != VersionNumbers{} && !history.versions.empty()) {
  for (std::size_t i = 0; i < history.versions.size(); ++i) {
    const auto version = RuntimeVersion::parse(history.versions[i]);
    const bool is_it = runtime.text == history.versions[i];  // also for a prerelease
    if (version && (is_it || runtime.is_at_least(version->numbers))) rank_ = i;
  }
}

std::size_t RuntimeSupport::rank(std::string_view version) const {
  const auto found = std::ranges::find(history_.versions, version);
  return static_cast<std::size_t>(found - history_.versions.begin());
}

bool RuntimeSupport::has(const Lifetime& lifetime) const {
  if (!is_known_) return true;
  if (!lifetime.since.empty() && rank_ < rank(lifetime.since)) return false;
  return lifetime.until.empty() || rank_ <= rank(lifetime.until);
}

bool RuntimeSupport::has(MethodKind kind, std::string_view method) const {
  const MethodHistory* entry = history_.method(kind, method);
  return !entry || has(entry->lifetime);
}

const PartHistory* RuntimeSupport::lacks(std::string_view type, std::string_view part) const {
  const TypeHistory* entry = history_.type(type);
  if (!entry) return nullptr;
  const auto found = std::ranges::find(entry->parts, part, &PartHistory::name);
  return found != entry->parts.end() && !has(found->lifetime) ? &*found : nullptr;
}

bool RuntimeSupport::requires_part(const PartHistory& part) const {
  return is_known_ && !part.required_until.empty() && rank_ <= rank(part.required_until) &&
         has(part.lifetime);
}

}  // namespace codex::detail
