#include <algorithm>
#include <vector>

#include <codex/protocol/support/codec.hpp>

#include "access.hpp"

namespace codex::protocol::detail {

namespace {

using Pair = std::pair<const Json*, const Json*>;

/// Compares the top level of two trees and adds the level below to `below`.
bool equal_tops(const Json& a, const Json& b, std::vector<Pair>& below) {
  if (!a.is_structured() || a.type() != b.type()) {
    return a.is_structured() == b.is_structured() && a == b;
  }
  if (a.size() != b.size()) return false;
  if (a.is_array()) {
    for (std::size_t i = 0; i < a.size(); ++i) below.emplace_back(&a[i], &b[i]);
    return true;
  }
  const auto& members = a.get_ref<const Json::object_t&>();
  const auto& others = b.get_ref<const Json::object_t&>();
  return std::equal(members.begin(), members.end(), others.begin(),
                    [&](const auto& member, const auto& other) {
                      below.emplace_back(&member.second, &other.second);
                      return member.first == other.first;
                    });
}

/// Without recursion: a tree that a user built may have any depth.
bool equal_trees(const Json& a, const Json& b) {
  std::vector<Pair> waiting{{&a, &b}};
  while (!waiting.empty()) {
    const auto [left, right] = waiting.back();
    waiting.pop_back();
    if (!equal_tops(*left, *right, waiting)) return false;
  }
  return true;
}

template <class T>
bool same(const void* a, const void* b) {
  return ref<T>(a) == ref<T>(b);
}

bool equal_fields(std::span<const Field> fields, const void* a, const void* b) {
  return std::all_of(fields.begin(), fields.end(), [&](const Field& field) {
    return equal(*field.type, at(a, field.offset), at(b, field.offset));
  });
}

bool equal_objects(const ObjectInfo& info, const void* a, const void* b) {
  return equal_fields(info.fields, a, b) &&
         equal_trees(ref<Extra>(at(a, info.extra_offset)).json(),
                     ref<Extra>(at(b, info.extra_offset)).json());
}

bool equal_unions(const UnionInfo& info, const void* a, const void* b) {
  const auto [arm, left] = info.held(a);
  const auto [other_arm, right] = info.held(b);
  if (arm != other_arm) return false;
  if (!equal_fields(shared_fields(info), a, b)) return false;
  if (arm == info.arms.size()) {
    return equal_trees(ref<Unknown>(left).raw, ref<Unknown>(right).raw);
  }
  return equal(*info.arms[arm].type, left, right);
}

bool equal_messages(const MessageInfo& info, const void* a, const void* b) {
  const auto& left = ref<MethodMessage>(a);
  const auto& right = ref<MethodMessage>(b);
  const TypeInfo* type = MessageAccess::type(left);
  if (left.method() != right.method() || type != MessageAccess::type(right)) return false;
  const auto& left_raw = left.raw_params();
  const auto& right_raw = right.raw_params();
  if (left_raw.has_value() != right_raw.has_value()) return false;
  if (left_raw && !equal_trees(*left_raw, *right_raw)) return false;
  const void* left_params = MessageAccess::params(left);
  const void* right_params = MessageAccess::params(right);
  if (!left_params != !right_params) return false;
  if (left_params && !equal(*type, left_params, right_params)) return false;
  return equal_objects(info, a, b);
}

bool equal_lists(const ListInfo& info, const void* a, const void* b) {
  const std::size_t size = info.size(a);
  if (size != info.size(b)) return false;
  const void* left = info.data(a);
  const void* right = info.data(b);
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t offset = i * info.element_size;
    if (!equal(*info.element, at(left, offset), at(right, offset))) return false;
  }
  return true;
}

bool equal_maps(const MapInfo& info, const void* a, const void* b) {
  if (info.size(a) != info.size(b)) return false;
  struct Context {
    const MapInfo& info;
    const void* other;
    bool equal;
  } context{info, b, true};
  info.each(a, &context, [](void* context, std::string_view key, const void* element) {
    auto& [info, other, all_equal] = ref<Context>(context);
    if (!all_equal) return;
    const void* counterpart = info.find(other, key);
    all_equal = counterpart && equal(*info.element, element, counterpart);
  });
  return context.equal;
}

bool equal_optionals(const OptionalInfo& info, const void* a, const void* b) {
  const void* left = info.get(a);
  const void* right = info.get(b);
  return left && right ? equal(*info.element, left, right) : !left && !right;
}

}  // namespace

bool equal(const TypeInfo& type, const void* a, const void* b) {
  switch (type.kind) {
    case Kind::boolean:
      return same<bool>(a, b);
    case Kind::int32:
      return same<std::int32_t>(a, b);
    case Kind::int64:
      return same<std::int64_t>(a, b);
    case Kind::uint16:
      return same<std::uint16_t>(a, b);
    case Kind::uint32:
      return same<std::uint32_t>(a, b);
    case Kind::uint64:
      return same<std::uint64_t>(a, b);
    case Kind::number:
      return same<double>(a, b);
    case Kind::string:
      return same<std::string>(a, b);
    case Kind::json:
      return equal_trees(ref<Json>(a), ref<Json>(b));
    case Kind::enumeration:
      return EnumAccess::same(ref<OpenEnumBase>(a), ref<OpenEnumBase>(b));
    case Kind::object:
      return equal_objects(as<ObjectInfo>(type), a, b);
    case Kind::union_:
      return equal_unions(as<UnionInfo>(type), a, b);
    case Kind::message:
      return equal_messages(as<MessageInfo>(type), a, b);
    case Kind::list:
      return equal_lists(as<ListInfo>(type), a, b);
    case Kind::map:
      return equal_maps(as<MapInfo>(type), a, b);
    case Kind::optional:
      return equal_optionals(as<OptionalInfo>(type), a, b);
    case Kind::nullable: {
      const auto& info = as<NullableInfo>(type);
      return info.is_null(a) == info.is_null(b) && equal_optionals(info, a, b);
    }
    case Kind::defaulted: {
      const auto& info = as<DefaultedInfo>(type);
      return equal(*info.element, info.get(a), info.get(b));
    }
  }
  return false;
}

}  // namespace codex::protocol::detail
