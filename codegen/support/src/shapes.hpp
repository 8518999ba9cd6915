#pragma once

#include <cstddef>
#include <cstdint>

#include <codex/protocol/support/json.hpp>
#include <codex/protocol/support/type_info.hpp>

namespace codex::protocol::detail {

/// How closely a value must match a type.
enum class Rigour : std::uint8_t {
  types,     // all of it decodes, and nothing stays raw
  literals,  // and the required enum members have values that we know
  strict,    // and so have all others, and closed objects have no member that we do not know
};

/// Whether the value matches the type.
bool matches(const TypeInfo& type, const Json& json, Rigour rigour);

/// The arm of a tagged union that the value belongs to, or `nowhere`.
std::size_t arm_by_tag(const UnionInfo& info, const Json& json);

/// The arm of an external union that the value belongs to: the one for strings, or the one whose
/// key the object has (and no other, if the arm is the object below the key). `arms.size()` if
/// there is none.
std::size_t arm_by_key(const UnionInfo& info, const Json& json);

/// The arm of a union by shape that the value belongs to: the first that matches strictly, else,
/// among those that match apart from additions of newer versions, the one that knows the most of
/// its members. `arms.size()` if there is none.
std::size_t arm_by_shape(const UnionInfo& info, const Json& json);

/// Whether an arm of the union claims the value, by its tag, its key or its JSON type, even if it
/// does not fit. A value that two arms might claim is claimed by none.
bool is_claimed(const UnionInfo& info, const Json& json);

}  // namespace codex::protocol::detail
