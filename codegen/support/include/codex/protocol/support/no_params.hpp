#pragma once

#include <codex/protocol/support/codec.hpp>

namespace codex::protocol {

/// The params of a method that has none.
struct NoParams {
  /// Members newer than this SDK.
  Extra extra = {};
  /// For the SDK itself.
  static const detail::ObjectInfo type_info;
};

}  // namespace codex::protocol
