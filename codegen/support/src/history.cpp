#include <algorithm>
#include <array>
#include <charconv>

#include <codex/protocol/support/history.hpp>

namespace codex::protocol::detail {
namespace {

/// The numbers of `1.2.3`; what follows a dash counts as the version itself.
std::array<unsigned, 3> numbers_of(std::string_view version) {
  std::array<unsigned, 3> numbers{};
  const char* at = version.data();
  const char* const end = at + std::min(version.find('-'), version.size());
  for (unsigned& number : numbers) {
    at = std::from_chars(at, end, number).ptr;
    if (at != end) ++at;
  }
  return numbers;
}

}  // namespace

const TypeHistory* find_type_history(std::string_view name) {
  const auto all = type_histories();
  const auto found = std::ranges::lower_bound(all, name, {}, &TypeHistory::name);
  return found != all.end() && found->name == name ? &*found : nullptr;
}

const MethodHistory* find_method_history(MethodKind kind, std::string_view name) {
  for (const auto& method : method_histories()) {
    if (method.name == name && method.kind == kind) return &method;
  }
  return nullptr;
}

std::ptrdiff_t runtime_rank(std::string_view version) {
  const auto versions = history_versions();
  const auto newer = std::ranges::upper_bound(versions, numbers_of(version), {}, numbers_of);
  return newer - versions.begin() - 1;
}

}  // namespace codex::protocol::detail
