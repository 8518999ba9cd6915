#include <algorithm>

#include <codex/protocol/registry.hpp>

namespace codex::protocol {

const detail::MethodInfo* find_method(detail::MethodKind kind, std::string_view method) {
  for (const auto& info : methods(kind)) {
    if (info.method == method) return &info;
  }
  return nullptr;
}

const detail::TypeInfo* find_type(std::string_view name) {
  const auto all = types();
  const auto found = std::lower_bound(
      all.begin(), all.end(), name,
      [](const detail::TypeInfo* type, std::string_view wanted) { return type->name < wanted; });
  return found != all.end() && (*found)->name == name ? *found : nullptr;
}

}  // namespace codex::protocol
