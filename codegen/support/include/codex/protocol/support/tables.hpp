#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include <codex/protocol/support/defaulted.hpp>
#include <codex/protocol/support/extra.hpp>
#include <codex/protocol/support/json.hpp>
#include <codex/protocol/support/open_enum.hpp>
#include <codex/protocol/support/optional.hpp>
#include <codex/protocol/support/type_info.hpp>
#include <codex/protocol/support/union.hpp>

/// Makes the table of a C++ type. Only the thin parts that depend on the type are templates.
namespace codex::protocol::detail {

inline constexpr TypeInfo boolean_type{Kind::boolean, {}};
inline constexpr TypeInfo int32_type{Kind::int32, {}};
inline constexpr TypeInfo int64_type{Kind::int64, {}};
inline constexpr TypeInfo uint16_type{Kind::uint16, {}};
inline constexpr TypeInfo uint32_type{Kind::uint32, {}};
inline constexpr TypeInfo uint64_type{Kind::uint64, {}};
inline constexpr TypeInfo number_type{Kind::number, {}};
inline constexpr TypeInfo string_type{Kind::string, {}};
inline constexpr TypeInfo json_type{Kind::json, {}};

template <class T>
struct TypeOf;

/// Creates, destroys and clears a T through its table.
template <class T>
void construct(void* where) {
  std::construct_at(static_cast<T*>(where));
}
template <class T>
void destroy(void* value) {
  std::destroy_at(static_cast<T*>(value));
}
template <class T>
void reset(void* value) {
  if constexpr (std::is_nothrow_default_constructible_v<T>) {
    std::destroy_at(static_cast<T*>(value));
    std::construct_at(static_cast<T*>(value));
  } else {
    *static_cast<T*>(value) = T{};
  }
}

/// The start of the table of a type without a name in the schema: it is always a part of others.
template <class T>
constexpr TypeInfo unnamed(Kind kind) {
  return {kind, {}, 0, nullptr, nullptr, reset<T>};
}

/// The table of T.
template <class T>
constexpr auto type_of() noexcept -> decltype(TypeOf<T>::get()) {
  return TypeOf<T>::get();
}

template <class T>
  requires requires { T::type_info; }
struct TypeOf<T> {
  static constexpr const TypeInfo* get() noexcept { return &T::type_info; }
};

template <const TypeInfo& Info>
struct Scalar {
  static constexpr const TypeInfo* get() noexcept { return &Info; }
};
template <>
struct TypeOf<bool> : Scalar<boolean_type> {};
template <>
struct TypeOf<std::int32_t> : Scalar<int32_type> {};
template <>
struct TypeOf<std::int64_t> : Scalar<int64_type> {};
template <>
struct TypeOf<std::uint16_t> : Scalar<uint16_type> {};
template <>
struct TypeOf<std::uint32_t> : Scalar<uint32_type> {};
template <>
struct TypeOf<std::uint64_t> : Scalar<uint64_type> {};
template <>
struct TypeOf<double> : Scalar<number_type> {};
template <>
struct TypeOf<std::string> : Scalar<string_type> {};
template <>
struct TypeOf<Json> : Scalar<json_type> {};

template <class T>
struct TypeOf<std::vector<T>> {
  using List = std::vector<T>;
  static void* resize(void* list, std::size_t size) {
    static_cast<List*>(list)->resize(size);
    return static_cast<List*>(list)->data();
  }
  static const void* data(const void* list) { return static_cast<const List*>(list)->data(); }
  static std::size_t size(const void* list) { return static_cast<const List*>(list)->size(); }
  static constexpr ListInfo info{
      unnamed<List>(Kind::list), type_of<T>(), sizeof(T), resize, data, size};
  static constexpr const TypeInfo* get() noexcept { return &info; }
};

template <class T>
struct TypeOf<std::map<std::string, T>> {
  using Map = std::map<std::string, T>;
  static void* insert(void* map, std::string_view key) {
    return &static_cast<Map*>(map)->insert_or_assign(std::string(key), T{}).first->second;
  }
  static std::size_t size(const void* map) { return static_cast<const Map*>(map)->size(); }
  static const void* find(const void* map, std::string_view key) {
    const auto found = static_cast<const Map*>(map)->find(std::string(key));
    return found == static_cast<const Map*>(map)->end() ? nullptr : &found->second;
  }
  static void each(const void* map, void* context,
                   void (*visit)(void*, std::string_view, const void*)) {
    for (const auto& [key, element] : *static_cast<const Map*>(map)) visit(context, key, &element);
  }
  static constexpr MapInfo info{unnamed<Map>(Kind::map), type_of<T>(), insert, size, find, each};
  static constexpr const TypeInfo* get() noexcept { return &info; }
};

template <class T>
struct TypeOf<std::optional<T>> {
  static void* emplace(void* optional) {
    return &static_cast<std::optional<T>*>(optional)->emplace();
  }
  static const void* get_value(const void* optional) {
    const auto& value = *static_cast<const std::optional<T>*>(optional);
    return value ? &*value : nullptr;
  }
  static constexpr OptionalInfo info{unnamed<std::optional<T>>(Kind::optional), type_of<T>(),
                                     emplace, get_value};
  static constexpr const TypeInfo* get() noexcept { return &info; }
};

template <class T>
struct TypeOf<Optional<T>> {
  static void* emplace(void* optional) { return &static_cast<Optional<T>*>(optional)->emplace(); }
  static const void* get_value(const void* optional) {
    const auto& value = *static_cast<const Optional<T>*>(optional);
    return value ? &*value : nullptr;
  }
  static void set_null(void* optional) { static_cast<Optional<T>*>(optional)->set_null(); }
  static bool is_null(const void* optional) {
    return static_cast<const Optional<T>*>(optional)->is_null();
  }
  static constexpr NullableInfo info{
      {unnamed<Optional<T>>(Kind::nullable), type_of<T>(), emplace, get_value}, set_null, is_null};
  static constexpr const TypeInfo* get() noexcept { return &info; }
};

template <class T>
struct TypeOf<Defaulted<T>> {
  static void* assign(void* value) {
    T& fresh = static_cast<Defaulted<T>*>(value)->edit();
    fresh = T{};
    return &fresh;
  }
  static const void* get_value(const void* value) {
    return &static_cast<const Defaulted<T>*>(value)->value();
  }
  static bool is_set(const void* value) {
    return static_cast<const Defaulted<T>*>(value)->is_set();
  }
  static void copy(void* to, const void* from) {
    *static_cast<Defaulted<T>*>(to) = *static_cast<const Defaulted<T>*>(from);
  }
  static constexpr DefaultedInfo info{
      {Kind::defaulted, {}}, type_of<T>(), assign, get_value, is_set, copy};
  static constexpr const TypeInfo* get() noexcept { return &info; }
};

template <class T>
constexpr TypeInfo named(Kind kind, std::string_view name) {
  static_assert(alignof(T) <= alignof(std::max_align_t));
  return {kind, name, sizeof(T), construct<T>, destroy<T>, reset<T>};
}

/// The table of a type that has a second name: `using ThreadId = std::string`.
template <class T>
constexpr auto aliased(std::string_view name) {
  auto info = [] {
    if constexpr (requires { TypeOf<T>::info; }) {
      return TypeOf<T>::info;
    } else {
      return *type_of<T>();
    }
  }();
  const TypeInfo itself = named<T>(info.kind, name);
  info.name = name;
  info.bytes = itself.bytes;
  info.construct = itself.construct;
  info.destroy = itself.destroy;
  return info;
}

/// The names of an arm within its union.
struct ArmName {
  std::string_view tag = {};
  std::string_view tag_value = {};
  std::string_view wrapper = {};
};

constexpr ObjectInfo object(TypeInfo type, std::span<const Field> fields, std::size_t extra_offset,
                            OtherMembers others = OtherMembers::unforeseen, ArmName arm = {}) {
  return {type,          fields,     static_cast<std::uint32_t>(extra_offset), others, arm.tag,
          arm.tag_value, arm.wrapper};
}

/// The parts of a union's table that depend on its type.
template <class U, class Base = typename U::Union>
struct UnionOps;

template <class U, class Self, class... Arms>
struct UnionOps<U, Union<Self, Arms...>> {
  template <class Arm>
  static void destroy(void* storage) noexcept {
    if constexpr (is_far<Arm>) {
      delete *static_cast<Arm**>(storage);
    } else {
      static_cast<Arm*>(storage)->~Arm();
    }
  }
  template <class Arm>
  static void copy(void* to, const void* from) {
    if constexpr (is_far<Arm>) {
      new (to) Arm*(new Arm(**static_cast<Arm* const*>(from)));
    } else {
      new (to) Arm(*static_cast<const Arm*>(from));
    }
  }
  template <class Arm>
  static void move(void* to, void* from) noexcept {
    if constexpr (is_far<Arm>) {
      new (to) Arm*(*static_cast<Arm**>(from));
    } else {
      static_assert(std::is_nothrow_move_constructible_v<Arm>);
      new (to) Arm(std::move(*static_cast<Arm*>(from)));
      destroy<Arm>(from);
    }
  }
  static constexpr ArmOps arms[] = {{destroy<Arms>, copy<Arms>, move<Arms>}...};

  template <class Arm>
  static void* emplace_arm(U& value) {
    return &value.template emplace<Arm>();
  }
  static void* emplace(void* value, std::size_t arm) {
    static constexpr void* (*emplacers[])(U&) = {emplace_arm<Arms>...};
    return emplacers[arm](*static_cast<U*>(value));
  }
  static Held held(const void* value) {
    const U& held = *static_cast<const U*>(value);
    return {held.index(), held.data()};
  }
};

template <class U>
constexpr UnionInfo union_of(std::string_view name, UnionStyle style, std::string_view tag,
                             std::span<const UnionArm> arms, std::span<const Field> shared = {}) {
  using Ops = UnionOps<U>;
  return {named<U>(Kind::union_, name),
          style,
          tag,
          arms,
          shared.data(),
          shared.size(),
          Ops::emplace,
          Ops::held,
          Ops::arms};
}

}  // namespace codex::protocol::detail
