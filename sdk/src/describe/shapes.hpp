#pragma once

#include <optional>
#include <string_view>

#include <codex/describe/shape.hpp>

namespace codex::detail {

/// Casts to the table of a kind with more members than a `Shape`.
template <class Kind>
const Kind& as(const Shape& shape) noexcept {
  return static_cast<const Kind&>(shape);
}

/// The value of a member that is left out; nothing for a required one, and for an empty
/// std::optional.
std::optional<Json> default_of(const Member& member);

bool is_required(const Member& member);

}  // namespace codex::detail
