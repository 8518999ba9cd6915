#pragma once

#include <optional>
#include <string_view>

#include <codex/describe/shape.hpp>

namespace codex::detail {

/// The table of a kind that has more to say than a `Shape`.
template <class Kind>
const Kind& as(const Shape& shape) noexcept {
  return static_cast<const Kind&>(shape);
}

/// What stands in the place of a member that is left out; nothing for one that must be there, and
/// for an empty std::optional.
std::optional<Json> default_of(const Member& member);

bool is_required(const Member& member);

}  // namespace codex::detail
