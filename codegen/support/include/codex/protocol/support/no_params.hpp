#pragma once

#include <codex/protocol/support/codec.hpp>

namespace codex::protocol {

/// The params of a method that has none.
struct NoParams {
  Extra extra = {};
  bool operator==(const NoParams& other) const { return detail::equal(*this, other); }
  static const detail::ObjectInfo type_info;
};

}  // namespace codex::protocol
