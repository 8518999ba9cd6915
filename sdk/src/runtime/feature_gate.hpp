#pragma once

#include <string_view>

#include "runtime/lacking_parts.hpp"
#include "runtime/runtime_support.hpp"
#include "runtime/runtime_version.hpp"

namespace codex::detail {

/// Refuses requests that this runtime cannot handle: experimental ones, if the client did not opt
/// in, and those with parts that the runtime is too old or too new for, which it would refuse, or
/// silently ignore.
class FeatureGate {
 public:
  /// Lets everything pass.
  FeatureGate() = default;
  FeatureGate(bool experimental_api, const RuntimeVersion& runtime,
              const History& history = History::generated());

  /// Throws UnsupportedError, which says what to do. `params` are JSON text.
  void check(std::string_view method, std::string_view params) const;

  /// See Codex::supports.
  [[nodiscard]] bool supports(std::string_view method) const;
  [[nodiscard]] bool supports(std::string_view method, std::string_view member) const;

  [[nodiscard]] const RuntimeSupport& support() const noexcept { return support_; }
  [[nodiscard]] const RuntimeVersion& runtime() const noexcept { return runtime_; }

 private:
  void check_method(std::string_view method) const;
  void check_parts(std::string_view method, const Json& params,
                   const protocol::detail::TypeInfo& type) const;

  bool experimental_api_ = true;
  RuntimeVersion runtime_;
  RuntimeSupport support_;
  LackingTypes lacking_;
};

}  // namespace codex::detail
