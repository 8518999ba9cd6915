#include "shapes.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "access.hpp"
#include "json_source.hpp"
#include "json_type.hpp"
#include "lookup.hpp"

namespace codex::protocol::detail {

namespace {

const Json* member(const Json& object, std::string_view name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

template <class Int>
bool integer_matches(const Json& json) {
  if (!json.is_number_integer()) return false;
  return json.is_number_unsigned() ? std::in_range<Int>(json.get<std::uint64_t>())
                                   : std::in_range<Int>(json.get<std::int64_t>());
}

bool enum_matches(const EnumInfo& info, const Json& json, Rigour rigour) {
  if (!json.is_string()) return false;
  return rigour == Rigour::types || is_among(json.get_ref<const std::string&>(), info.names);
}

bool field_matches(const Field& field, const Json& object, Rigour rigour) {
  const Json* value = member(object, field.name);
  if (!value) return !field.required;
  if (field.required) return matches(*field.type, *value, rigour);
  // A newer runtime may give an optional member an unknown value.
  const Rigour inner = rigour == Rigour::literals ? Rigour::types : rigour;
  if (field.type->kind != Kind::optional) return matches(*field.type, *value, inner);
  return matches(*as<OptionalInfo>(*field.type).element, *value, inner);
}

bool is_member(const ObjectInfo& info, std::string_view name) {
  return name == info.tag || find_field(info, name) != nowhere;
}

bool has_tag(const Json& json, std::string_view name, std::string_view value) {
  const Json* tag = member(json, name);
  return tag && tag->is_string() && tag->get_ref<const std::string&>() == value;
}

bool object_matches(const ObjectInfo& info, const Json& json, Rigour rigour) {
  if (!json.is_object()) return false;
  if (!info.tag.empty() && !has_tag(json, info.tag, info.tag_value)) return false;
  const bool fields_match =
      std::all_of(info.fields.begin(), info.fields.end(),
                  [&](const Field& field) { return field_matches(field, json, rigour); });
  if (!fields_match || rigour != Rigour::strict || info.others != OtherMembers::closed)
    return fields_match;
  const auto& members = json.get_ref<const Json::object_t&>();
  return std::all_of(members.begin(), members.end(),
                     [&](const auto& entry) { return is_member(info, entry.first); });
}

bool wrapped_matches(const ObjectInfo& info, const Json& json, Rigour rigour) {
  if (info.wrapper.empty()) return object_matches(info, json, rigour);
  const Json* inner = json.is_object() && json.size() == 1 ? member(json, info.wrapper) : nullptr;
  return inner && object_matches(info, *inner, rigour);
}

bool union_matches(const UnionInfo& info, const Json& json, Rigour rigour) {
  if (info.style == UnionStyle::shape) {
    return std::any_of(info.arms.begin(), info.arms.end(),
                       [&](const auto& arm) { return matches(*arm.type, json, rigour); });
  }
  const bool tagged = info.style == UnionStyle::tagged;
  const std::size_t arm = tagged ? arm_by_tag(info, json) : arm_by_key(info, json);
  // A value that no arm claims becomes Unknown, which always decodes.
  if (arm >= info.arms.size()) return rigour == Rigour::types;
  const auto shared = shared_fields(info);
  return matches(*info.arms[arm].type, json, rigour) &&
         std::all_of(shared.begin(), shared.end(),
                     [&](const Field& field) { return field_matches(field, json, rigour); });
}

template <class Elements>
bool all_match(const TypeInfo& element, const Elements& elements, Rigour rigour) {
  return std::all_of(elements.begin(), elements.end(),
                     [&](const Json& json) { return matches(element, json, rigour); });
}

/// How many members of an object the type does not know.
std::size_t count_unknown(const TypeInfo& type, const Json& json) {
  if (!json.is_object()) return 0;
  if (type.kind == Kind::union_ && as<UnionInfo>(type).style == UnionStyle::shape) {
    const auto& info = as<UnionInfo>(type);
    const std::size_t arm = arm_by_shape(info, json);
    return arm < info.arms.size() ? count_unknown(*info.arms[arm].type, json) : json.size();
  }
  if (type.kind != Kind::object) return 0;
  const auto& members = json.get_ref<const Json::object_t&>();
  return static_cast<std::size_t>(std::count_if(
      members.begin(), members.end(),
      [&](const auto& entry) { return !is_member(as<ObjectInfo>(type), entry.first); }));
}

}  // namespace

bool matches(const TypeInfo& type, const Json& json, Rigour rigour) {
  switch (type.kind) {
    case Kind::boolean:
      return json.is_boolean();
    case Kind::int32:
      return integer_matches<std::int32_t>(json);
    case Kind::int64:
      return integer_matches<std::int64_t>(json);
    case Kind::uint16:
      return integer_matches<std::uint16_t>(json);
    case Kind::uint32:
      return integer_matches<std::uint32_t>(json);
    case Kind::uint64:
      return integer_matches<std::uint64_t>(json);
    case Kind::number:
      return json.is_number();
    case Kind::string:
      return json.is_string();
    case Kind::json:
      return true;
    case Kind::enumeration:
      return enum_matches(as<EnumInfo>(type), json, rigour);
    case Kind::object:
      return wrapped_matches(as<ObjectInfo>(type), json, rigour);
    case Kind::union_:
      return union_matches(as<UnionInfo>(type), json, rigour);
    case Kind::message:
      return object_matches(as<MessageInfo>(type), json, rigour);
    case Kind::list:
      return json.is_array() && all_match(*as<ListInfo>(type).element, json, rigour);
    case Kind::map:
      return json.is_object() && all_match(*as<MapInfo>(type).element, json, rigour);
    case Kind::optional:
    case Kind::nullable:
      return json.is_null() || matches(*as<OptionalInfo>(type).element, json, rigour);
    case Kind::defaulted:
      return matches(*as<DefaultedInfo>(type).element, json, rigour);
  }
  return false;
}

std::size_t arm_by_tag(const UnionInfo& info, const Json& json) {
  const Json* tag = json.is_object() ? member(json, info.tag) : nullptr;
  if (!tag || !tag->is_string()) return nowhere;
  return find_arm(info, tag->get_ref<const std::string&>());
}

std::size_t arm_by_key(const UnionInfo& info, const Json& json) {
  const auto claims = [&](const UnionArm& arm) {
    if (json.is_string()) return arm.name.empty();
    if (arm.name.empty() || !json.is_object() || !json.contains(arm.name)) return false;
    const bool alone = arm.type->kind == Kind::object && !as<ObjectInfo>(*arm.type).wrapper.empty();
    return !alone || json.size() == 1;
  };
  const auto found = std::find_if(info.arms.begin(), info.arms.end(), claims);
  return static_cast<std::size_t>(found - info.arms.begin());
}

std::size_t arm_by_shape(const UnionInfo& info, const Json& json) {
  for (std::size_t i = 0; i < info.arms.size(); ++i) {
    if (matches(*info.arms[i].type, json, Rigour::strict)) return i;
  }
  std::size_t best = info.arms.size();
  std::size_t least_unknown = 0;
  for (std::size_t i = 0; i < info.arms.size(); ++i) {
    if (!matches(*info.arms[i].type, json, Rigour::literals)) continue;
    const std::size_t unknown = count_unknown(*info.arms[i].type, json);
    if (best < info.arms.size() && unknown >= least_unknown) continue;
    best = i;
    least_unknown = unknown;
  }
  return best;
}

bool is_claimed(const UnionInfo& info, const Json& json) {
  switch (info.style) {
    case UnionStyle::tagged:
      return arm_by_tag(info, json) != nowhere;
    case UnionStyle::external:
      return arm_by_key(info, json) < info.arms.size();
    case UnionStyle::shape:
      return std::count_if(info.arms.begin(), info.arms.end(), [&](const UnionArm& arm) {
               return accepts(*arm.type, type_of_json(json), json.is_number_integer());
             }) == 1;
  }
  return false;
}

}  // namespace codex::protocol::detail
