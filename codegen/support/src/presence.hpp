#pragma once

#include <span>
#include <string_view>

#include <codex/protocol/support/tables.hpp>

#include "access.hpp"
#include "lookup.hpp"

namespace codex::protocol::detail {

/// The members of an arm that live on the union around it.
struct Shared {
  std::span<const Field> fields = {};
  const void* value = nullptr;
};

/// Whether a member that is not required is left out.
inline bool is_absent(const TypeInfo& type, const void* value) noexcept {
  return type.kind == Kind::defaulted && !as<DefaultedInfo>(type).is_set(value);
}

/// Whether an empty member that is not required is written as null.
inline bool is_null(const TypeInfo& type, const void* value) noexcept {
  return type.kind == Kind::nullable && as<NullableInfo>(type).is_null(value);
}

/// Whether the member of an object is written.
inline bool is_written(const Field& field, const void* object) noexcept {
  const TypeInfo& type = *field.type;
  const void* member = at(object, field.offset);
  if (field.required) return true;
  if (type.kind != Kind::optional && type.kind != Kind::nullable) return !is_absent(type, member);
  return as<OptionalInfo>(type).get(member) || is_null(type, member);
}

/// What becomes of a member in `extra`.
enum class ExtraMember {
  unknown,  // the table does not have it
  misfit,   // the table has it, but its value did not fit
  ignored,  // the member has been set since, and is written instead
};

inline ExtraMember extra_member(const ObjectInfo& info, const void* value, const Shared& shared,
                                std::string_view name) noexcept {
  const auto of_field = [](const Field& field, const void* object) {
    return is_written(field, object) ? ExtraMember::ignored : ExtraMember::misfit;
  };
  if (!info.tag.empty() && name == info.tag) return ExtraMember::ignored;
  if (const auto own = find_field(info, name); own != nowhere) {
    return of_field(info.fields[own], value);
  }
  const auto found = find_linear(shared.fields, &Field::name, name);
  if (found == nowhere) return ExtraMember::unknown;
  return of_field(shared.fields[found], shared.value);
}

}  // namespace codex::protocol::detail
