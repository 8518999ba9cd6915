#pragma once

#include <span>
#include <string_view>

#include <codex/protocol/support/type_info.hpp>

/// Which runtimes have which parts of the protocol, from `schema/history.json`. Only parts that
/// some runtime lacks have an entry. Versions are those whose schemas were compared; a release
/// between two of them counts as the older one.
namespace codex::protocol::detail {

/// The first and the last version with a part. Empty: from the oldest on, or still present.
struct Lifetime {
  std::string_view since = {};
  std::string_view until = {};
};

/// A member, enumerator or arm, by its wire name.
struct PartHistory {
  std::string_view name;
  Lifetime lifetime = {};
  /// The last version that refuses a value without this member, which is optional now.
  std::string_view required_until = {};
};

/// A type, by its C++ name, and its parts that have their own history.
struct TypeHistory {
  std::string_view name;
  Lifetime lifetime = {};
  std::span<const PartHistory> parts = {};
};

/// A method of one kind, by its wire name.
struct MethodHistory {
  std::string_view name;
  MethodKind kind;
  Lifetime lifetime = {};
};

/// All compared versions, oldest first.
std::span<const std::string_view> history_versions();
/// Sorted by name.
std::span<const TypeHistory> type_histories();
/// Sorted by name, then kind.
std::span<const MethodHistory> method_histories();

}  // namespace codex::protocol::detail
