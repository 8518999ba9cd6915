#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <codex/describe/shape.hpp>

/// Makes the table of a C++ type. Only the thin parts that depend on the type are templates.
namespace codex::detail {

/// The return types of the `codex_described` functions that CODEX_DESCRIBE and CODEX_DESCRIBE_ENUM
/// declare.
struct StructMark {
  std::string_view name;
};
struct EnumMark {
  std::string_view name;
};

template <class T>
concept MarkedStruct = requires {
  { codex_described(std::type_identity<T>{}) } -> std::same_as<StructMark>;
};
template <class T>
concept MarkedEnum = requires {
  { codex_described(std::type_identity<T>{}) } -> std::same_as<EnumMark>;
};

template <class T, class... Others>
concept NoneOf = (!std::same_as<T, Others> && ...);

/// An integer that is neither a bool nor a character.
template <class T>
concept Integer = std::integral<T> && NoneOf<T, bool, char, wchar_t, char8_t, char16_t, char32_t>;

template <class T>
T& as(void* value) noexcept {
  return *static_cast<T*>(value);
}
template <class T>
const T& as(const void* value) noexcept {
  return *static_cast<const T*>(value);
}

template <ShapeKind Kind>
struct PlainShapeOf {
  static const Shape& get() {
    static constexpr Shape shape{Kind};
    return shape;
  }
};
template <>
struct ShapeOf<bool> : PlainShapeOf<ShapeKind::boolean> {};
template <>
struct ShapeOf<std::string> : PlainShapeOf<ShapeKind::string> {};
template <>
struct ShapeOf<Json> : PlainShapeOf<ShapeKind::json> {};

template <Integer T>
struct ShapeOf<T> {
  static std::uint64_t read(const void* value) { return static_cast<std::uint64_t>(as<T>(value)); }
  static void set(void* value, std::uint64_t bits) { as<T>(value) = static_cast<T>(bits); }
  static const Shape& get() {
    using Limits = std::numeric_limits<T>;
    // In parentheses, for programs in which `min` and `max` are macros.
    static constexpr IntegerShape shape{
        {ShapeKind::integer}, std::is_signed_v<T>, (Limits::min)(), (Limits::max)(), read, set};
    return shape;
  }
};

template <class T>
  requires(std::same_as<T, float> || std::same_as<T, double>)
struct ShapeOf<T> {
  static double read(const void* value) { return as<T>(value); }
  static void set(void* value, double number) { as<T>(value) = static_cast<T>(number); }
  static const Shape& get() {
    static constexpr NumberShape shape{
        {ShapeKind::number}, (std::numeric_limits<T>::max)(), read, set};
    return shape;
  }
};

template <class T>
struct Enumerator {
  T value;
  std::string_view spelling;
};

template <class T>
constexpr Enumerator<T> enumerator(T value, std::string_view name) {
  return {value, name};
}
template <class T>
constexpr Enumerator<T> enumerator(T value, std::string_view, std::string_view spelling) {
  return {value, spelling};
}

template <MarkedEnum T>
struct ShapeOf<T> {
  static constexpr auto all = codex_enumerators(std::type_identity<T>{});
  static std::string_view spelling(std::size_t index) { return all[index].spelling; }
  static std::size_t index(const void* value) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i].value == as<T>(value)) return i;
    }
    return nowhere;
  }
  static void set(void* value, std::size_t index) { as<T>(value) = all[index].value; }
  static const Shape& get() {
    static constexpr EnumShape shape{
        {ShapeKind::enumeration, codex_described(std::type_identity<T>{}).name},
        all.size(),
        spelling,
        index,
        set};
    return shape;
  }
};

template <MarkedStruct T>
struct ShapeOf<T> {
  static_assert(std::is_default_constructible_v<T>,
                "A struct with a CODEX_DESCRIBE must have a default constructor: it is read "
                "member by member.");
  static constexpr auto members = codex_members(std::type_identity<T>{});
  static const Shape& get() {
    static constexpr ObjectShape shape{
        {ShapeKind::object, codex_described(std::type_identity<T>{}).name}, members};
    return shape;
  }
};

template <class T>
  requires(!std::same_as<T, bool>)  // std::vector<bool> has no elements to point to
struct ShapeOf<std::vector<T>> {
  using List = std::vector<T>;
  static void resize(void* list, std::size_t size) { as<List>(list).resize(size); }
  static std::size_t size(const void* list) { return as<List>(list).size(); }
  static const void* at(const void* list, std::size_t index) { return &as<List>(list)[index]; }
  static const Shape& get() {
    static constexpr ListShape shape{{ShapeKind::list}, &shape_of<T>, nowhere, resize, size, at};
    return shape;
  }
};

template <class T, std::size_t Size>
struct ShapeOf<std::array<T, Size>> {
  using List = std::array<T, Size>;
  static std::size_t size(const void*) { return Size; }
  static const void* at(const void* list, std::size_t index) { return &as<List>(list)[index]; }
  static const Shape& get() {
    static constexpr ListShape shape{{ShapeKind::list}, &shape_of<T>, Size, nullptr, size, at};
    return shape;
  }
};

template <class T>
struct ShapeOf<std::map<std::string, T>> {
  using Map = std::map<std::string, T>;
  static void* insert(void* map, std::string_view key) { return &as<Map>(map)[std::string(key)]; }
  static void each(const void* map, void* context,
                   void (*visit)(void*, std::string_view, const void*)) {
    for (const auto& [key, element] : as<Map>(map)) visit(context, key, &element);
  }
  static const Shape& get() {
    static constexpr MapShape shape{{ShapeKind::map}, &shape_of<T>, insert, each};
    return shape;
  }
};

template <class T>
struct ShapeOf<std::optional<T>> {
  using Optional = std::optional<T>;
  static void* emplace(void* optional) { return &as<Optional>(optional).emplace(); }
  static void reset(void* optional) { as<Optional>(optional).reset(); }
  static const void* held(const void* optional) {
    const auto& value = as<Optional>(optional);
    return value ? &*value : nullptr;
  }
  static const Shape& get() {
    static constexpr OptionalShape shape{{ShapeKind::optional}, &shape_of<T>, emplace, reset, held};
    return shape;
  }
};

template <class... Arms>
struct ShapeOf<std::variant<Arms...>> {
  using Variant = std::variant<Arms...>;
  static constexpr ShapeFunction arms[] = {&shape_of<Arms>...};

  static void* create() { return std::make_unique<Variant>().release(); }
  static void destroy(void* variant) { std::unique_ptr<Variant>(&as<Variant>(variant)).reset(); }
  static void move(void* to, void* from) { as<Variant>(to) = std::move(as<Variant>(from)); }
  template <std::size_t Arm>
  static void* emplace_arm(Variant& variant) {
    return &variant.template emplace<Arm>();
  }
  static void* emplace(void* variant, std::size_t arm) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      static constexpr void* (*emplacers[])(Variant&) = {emplace_arm<I>...};
      return emplacers[arm](as<Variant>(variant));
    }(std::index_sequence_for<Arms...>());
  }
  static std::size_t arm(const void* variant) { return as<Variant>(variant).index(); }
  static const void* held(const void* variant) {
    return std::visit([](const auto& value) -> const void* { return &value; },
                      as<Variant>(variant));
  }
  static const Shape& get() {
    static constexpr VariantShape shape{
        {ShapeKind::variant}, arms, create, destroy, move, emplace, arm, held};
    return shape;
  }
};

}  // namespace codex::detail
