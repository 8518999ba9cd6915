#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <codex/protocol/support/json.hpp>
#include <codex/protocol/support/type_info.hpp>

#include "runtime/runtime_support.hpp"

namespace codex::detail {

/// A part of params that the runtime lacks, or that it requires and the params lack.
struct LackingPart {
  std::string path;         // "input[0].detail"; an enum value follows its member: `x "low"`
  std::string since = {};   // the first version that has it, if the runtime is older
  std::string until = {};   // the last version that had it, if the runtime is newer
  bool is_missing = false;  // it is required up to `until`

  bool operator==(const LackingPart&) const = default;
};

/// The types of which a value may have such parts.
class LackingTypes {
 public:
  LackingTypes() = default;
  /// Of the types that the params of requests reach.
  explicit LackingTypes(const RuntimeSupport& support);
  LackingTypes(const RuntimeSupport& support,
               std::span<const protocol::detail::TypeInfo* const> types);

  [[nodiscard]] bool contains(const protocol::detail::TypeInfo& type) const {
    return types_.contains(&type);
  }
  /// Whether params without missing parts may have such parts: the SDK writes their names
  /// unescaped. Much faster than reading the params.
  [[nodiscard]] bool may_be_in(std::string_view params) const;

 private:
  std::unordered_set<const protocol::detail::TypeInfo*> types_;
  std::unordered_set<std::string_view> names_;  // of the parts that the runtime lacks
  bool may_miss_ = false;                       // the runtime requires parts that others do not
};

/// All of them, at every depth. A null member counts as absent.
std::vector<LackingPart> lacking_parts(const RuntimeSupport& support, const LackingTypes& types,
                                       const protocol::detail::TypeInfo& type, const Json& params);

/// Whether the runtime has that member of the type, or, for a union, of one of its arms.
bool has_member(const RuntimeSupport& support, const protocol::detail::TypeInfo& type,
                std::string_view member);

}  // namespace codex::detail
