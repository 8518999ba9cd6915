#include "json_type.hpp"

#include <algorithm>

#include "access.hpp"

namespace codex::protocol::detail {

std::string_view expectation(const TypeInfo& type) noexcept {
  switch (type.kind) {
    case Kind::boolean:
      return "boolean";
    case Kind::int32:
    case Kind::int64:
    case Kind::uint16:
    case Kind::uint32:
    case Kind::uint64:
      return "integer";
    case Kind::number:
      return "number";
    case Kind::string:
    case Kind::enumeration:
      return "string";
    case Kind::list:
      return "array";
    case Kind::object:
    case Kind::message:
    case Kind::map:
      return "object";
    case Kind::optional:
      return expectation(*as<OptionalInfo>(type).element);
    case Kind::nullable:
      return expectation(*as<NullableInfo>(type).element);
    case Kind::defaulted:
      return expectation(*as<DefaultedInfo>(type).element);
    case Kind::json:
    case Kind::union_:
      break;
  }
  return "a value";
}

namespace {

bool union_accepts(const UnionInfo& info, JsonType found, bool whole) {
  if (info.style == UnionStyle::tagged) return found == JsonType::object;
  return std::any_of(info.arms.begin(), info.arms.end(),
                     [&](const UnionArm& arm) { return accepts(*arm.type, found, whole); });
}

}  // namespace

bool accepts(const TypeInfo& type, JsonType found, bool whole) noexcept {
  switch (type.kind) {
    case Kind::boolean:
      return found == JsonType::boolean;
    case Kind::int32:
    case Kind::int64:
    case Kind::uint16:
    case Kind::uint32:
    case Kind::uint64:
      return found == JsonType::number && whole;
    case Kind::number:
      return found == JsonType::number;
    case Kind::string:
    case Kind::enumeration:
      return found == JsonType::string;
    case Kind::list:
      return found == JsonType::array;
    case Kind::object:
    case Kind::message:
    case Kind::map:
      return found == JsonType::object;
    case Kind::json:
      return true;
    case Kind::union_:
      return union_accepts(as<UnionInfo>(type), found, whole);
    case Kind::optional:
    case Kind::nullable:
      return found == JsonType::null || accepts(*as<OptionalInfo>(type).element, found, whole);
    case Kind::defaulted:
      return accepts(*as<DefaultedInfo>(type).element, found, whole);
  }
  return false;
}

}  // namespace codex::protocol::detail
