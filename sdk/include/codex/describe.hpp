#pragma once

#include <concepts>
#include <string_view>
#include <type_traits>
#include <utility>

#include <codex/describe/for_each.hpp>
#include <codex/describe/shape_of.hpp>

// <codex/schema.hpp> has others, for programs that do not include this.
#undef CODEX_DESCRIBE
#undef CODEX_DESCRIBE_ENUM

/// Makes a struct usable as the argument of a tool or the answer of a model, in one line: it is
/// read from JSON, written as JSON, and described by a JSON Schema.
///
///     struct Place {
///       std::string city;
///       std::optional<int> days;
///       Unit unit = Unit::celsius;
///     };
///     CODEX_DESCRIBE(Place, city, (days, "How far to look ahead"), unit)
///
/// Put it after the type, in its namespace. List each member's name, or in parentheses its name, a
/// description for the model, and `MemberOptions`. A member that is missing in the JSON is an
/// error, except
/// - a `std::optional`, which may be null as well,
/// - one whose initialiser differs from the default value of its type (`int days = 3`, but not
///   `int days = 0`): that is its default, which the schema states,
/// - one with `{.optional = true}`.
/// Undescribed members in the JSON are ignored. JSON that does not fit throws `DecodeError`:
/// `items[2].city: expected string, got number`.
///
/// `codex::Json json = place;` and `json.get<Place>()` work, too.
#define CODEX_DESCRIBE(Type, ...)                                                     \
  [[maybe_unused]] constexpr ::codex::detail::StructMark codex_described(             \
      ::std::type_identity<Type>) {                                                   \
    return {#Type};                                                                   \
  }                                                                                   \
  [[maybe_unused]] constexpr auto codex_members(::std::type_identity<Type>) {         \
    return ::codex::detail::members(                                                  \
        CODEX_DETAIL_FOR_EACH(CODEX_DETAIL_MEMBER, Type __VA_OPT__(, ) __VA_ARGS__)); \
  }                                                                                   \
  CODEX_DETAIL_JSON_FUNCTIONS(Type)

/// The same for an enum: `CODEX_DESCRIBE_ENUM(Unit, celsius, (fahrenheit, "F"))`. List each
/// enumerator's name, or in parentheses its name and its JSON name.
#define CODEX_DESCRIBE_ENUM(Type, ...)                                                      \
  [[maybe_unused]] constexpr ::codex::detail::EnumMark codex_described(                     \
      ::std::type_identity<Type>) {                                                         \
    return {#Type};                                                                         \
  }                                                                                         \
  [[maybe_unused]] constexpr auto codex_enumerators(::std::type_identity<Type>) {           \
    return ::std::array{CODEX_DETAIL_FOR_EACH(CODEX_DETAIL_ENUMERATOR, Type, __VA_ARGS__)}; \
  }                                                                                         \
  CODEX_DETAIL_JSON_FUNCTIONS(Type)

#define CODEX_DETAIL_MEMBER(...) CODEX_DETAIL_NAMED_MEMBER(__VA_ARGS__)
#define CODEX_DETAIL_NAMED_MEMBER(Type, member_name, ...) \
  ::codex::detail::member<Type, &Type::member_name>(#member_name __VA_OPT__(, ) __VA_ARGS__)

#define CODEX_DETAIL_ENUMERATOR(...) CODEX_DETAIL_NAMED_ENUMERATOR(__VA_ARGS__)
#define CODEX_DETAIL_NAMED_ENUMERATOR(Type, name, ...) \
  ::codex::detail::enumerator(Type::name, #name __VA_OPT__(, ) __VA_ARGS__)

// NOLINTBEGIN(bugprone-macro-parentheses): it is a type
#define CODEX_DETAIL_JSON_FUNCTIONS(Type)                                           \
  [[maybe_unused]] inline void to_json(::codex::Json& json, const Type& value) {    \
    json = ::codex::detail::write_value(::codex::detail::shape_of<Type>(), &value); \
  }                                                                                 \
  [[maybe_unused]] inline void from_json(const ::codex::Json& json, Type& value) {  \
    value = Type{};                                                                 \
    ::codex::detail::read_value(::codex::detail::shape_of<Type>(), &value, json);   \
  }
// NOLINTEND(bugprone-macro-parentheses)

namespace codex {

/// Options of a member in CODEX_DESCRIBE.
struct MemberOptions {
  /// Whether it may be left out, whatever its initialiser.
  bool optional = false;
  /// Its name in JSON. Default: its name in C++.
  std::string_view name{};
};

namespace detail {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
Json written(const T& value) {
  return write_value(shape_of<T>(), &value);
}

template <class T, auto Pointer>
constexpr Member member(std::string_view name, std::string_view doc = {},
                        MemberOptions options = {}) {
  using Type = std::remove_reference_t<decltype(std::declval<T&>().*Pointer)>;
  static_assert(std::is_object_v<Type> && !std::is_const_v<Type>,
                "CODEX_DESCRIBE takes data members that can be assigned to.");
  return {options.name.empty() ? name : options.name,
          doc,
          options.optional || is_optional<Type>,
          &shape_of<Type>,
          [](const void* object) -> const void* { return &(as<T>(object).*Pointer); },
          [] { return written(T{}.*Pointer); },
          [] { return written(Type{}); }};
}

template <class T, auto Pointer>
constexpr Member member(std::string_view name, MemberOptions options) {
  return member<T, Pointer>(name, {}, options);
}

template <std::same_as<Member>... Members>
constexpr std::array<Member, sizeof...(Members)> members(Members... all) {
  return {all...};
}

}  // namespace detail
}  // namespace codex
