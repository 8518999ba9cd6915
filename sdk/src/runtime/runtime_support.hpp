#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include <codex/protocol/support/history.hpp>

#include "runtime/runtime_version.hpp"

namespace codex::detail {

/// Which runtimes have which parts of the protocol: tables of `codex::protocol::detail`.
struct History {
  std::span<const std::string_view> versions;
  std::span<const protocol::detail::TypeHistory> types;
  std::span<const protocol::detail::MethodHistory> methods;

  /// The history that was generated with the types.
  static History generated();

  /// The history of a type, by its C++ name; nullptr if every version has all of it.
  [[nodiscard]] const protocol::detail::TypeHistory* type(std::string_view name) const;
  [[nodiscard]] const protocol::detail::MethodHistory* method(protocol::detail::MethodKind kind,
                                                              std::string_view name) const;
};

/// Which parts of the protocol one runtime has, according to the history. A version between two
/// compared ones counts as the older one, a later one as the newest, and a prerelease as before its
/// release; one that was built from a checkout (0.0.0) has everything.
class RuntimeSupport {
 public:
  /// For a runtime that has everything.
  RuntimeSupport() = default;
  RuntimeSupport(const RuntimeVersion& runtime, const History& history);

  /// Whether the runtime's lacking parts are known.
  [[nodiscard]] bool is_known() const noexcept { return is_known_; }
  [[nodiscard]] const History& history() const noexcept { return history_; }

  [[nodiscard]] bool has(const protocol::detail::Lifetime& lifetime) const;
  [[nodiscard]] bool has(protocol::detail::MethodKind kind, std::string_view method) const;

  /// The history of a part of that type, if the runtime lacks the part; nullptr if it has it.
  [[nodiscard]] const protocol::detail::PartHistory* lacks(std::string_view type,
                                                           std::string_view part) const;

  /// Whether the runtime refuses a value of the type without that part.
  [[nodiscard]] bool requires_part(const protocol::detail::PartHistory& part) const;

 private:
  /// The index of a version among the compared ones.
  [[nodiscard]] std::size_t rank(std::string_view version) const;

  History history_ = {};
  std::size_t rank_ = 0;
  bool is_known_ = false;
};

}  // namespace codex::detail
