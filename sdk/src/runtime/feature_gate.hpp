#pragma once

#include <string_view>

#include "runtime/lacking_parts.hpp"
#include "runtime/runtime_support.hpp"
#include "runtime/runtime_version.hpp"

namespace codex::detail {

/// Stops requests for what this runtime does not do: what is experimental, where the client did not
/// opt in, and what the runtime lacks, being older or newer than it: it would refuse that, or
/// ignore it without a word.
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
