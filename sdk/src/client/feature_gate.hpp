#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "client/runtime_version.hpp"

namespace codex::detail {

/// Stops requests for what this runtime does not do: what is experimental, where the client did not
/// opt in, and what came after the runtime was made, which it would ignore without a word.
class FeatureGate {
 public:
  FeatureGate() = default;
  FeatureGate(bool experimental_api, const RuntimeVersion& runtime);

  /// Throws UnsupportedError, which says what to do. `params` are JSON text.
  void check(std::string_view method, std::string_view params) const;

 private:
  bool is_open_ = true;  // everything may pass
  bool experimental_api_ = true;
  RuntimeVersion runtime_;
};

}  // namespace codex::detail
