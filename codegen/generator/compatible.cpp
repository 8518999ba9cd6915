#include "compatible.hpp"

#include <algorithm>

#include "schema_parts.hpp"

namespace codegen {
namespace {

bool is_text(Form form) { return form == Form::text || form == Form::enumeration; }

const Part* find_named(const std::vector<Part>& parts, std::string_view name) {
  const auto found =
      std::find_if(parts.begin(), parts.end(), [&](const Part& part) { return part.name == name; });
  return found == parts.end() ? nullptr : &*found;
}

}  // namespace

bool Compatibility::takes(const Json& values, const Json& type) {
  const Json& from = core_of(values);
  const Json& to = core_of(type);
  const bool references = form_of(from) == Form::reference && form_of(to) == Form::reference;
  // Definitions of one name are compared separately.
  if (references && reference_of(from) == reference_of(to)) return true;
  const std::pair resolved(&from_.resolve(from), &to_.resolve(to));
  const auto [known, fresh] = known_.emplace(resolved, true);
  if (fresh) known->second = takes_core(*resolved.first, *resolved.second);
  return known->second;
}

bool Compatibility::takes_core(const Json& values, const Json& type) {
  const Form from = form_of(values);
  const Form to = form_of(type);
  if (to == Form::any || values == type) return true;
  if (to == Form::choice) return takes_choice(values, type);
  if (is_text(from) && is_text(to)) return true;
  if (from == Form::integer && to == Form::number) return true;
  if (from != to) return false;
  if (from == Form::object) return takes_object(values, type);
  if (from == Form::list) return takes_inner(values, type, "items");
  if (from == Form::map) return takes_inner(values, type, "additionalProperties");
  return true;
}

bool Compatibility::takes_inner(const Json& values, const Json& type, const char* keyword) {
  const Json* from = keyword_of(values, keyword);
  const Json* to = keyword_of(type, keyword);
  return !to || (from && takes(*from, *to));
}

bool Compatibility::takes_object(const Json& values, const Json& type) {
  const auto theirs = members_of(values);
  const auto members = members_of(type);
  return std::all_of(members.begin(), members.end(), [&](const Part& member) {
    const Part* same = find_named(theirs, member.name);
    if (!same) return !is_required(type, member.name);
    if (is_required(type, member.name) && !is_required(values, member.name)) return false;
    return takes(*same->schema, *member.schema);
  });
}

bool Compatibility::takes_choice(const Json& values, const Json& type) {
  const auto arms = arms_of(type);
  const auto any_arm = [&](const Json& value) {
    return std::any_of(arms.begin(), arms.end(),
                       [&](const Part& arm) { return takes(value, *arm.schema); });
  };
  if (form_of(values) == Form::choice) {
    const auto theirs = arms_of(values);
    return std::all_of(theirs.begin(), theirs.end(),
                       [&](const Part& arm) { return any_arm(*arm.schema); });
  }
  if (is_text(form_of(values)) && !values_of(type).empty()) return true;
  return any_arm(values);
}

}  // namespace codegen
