#pragma once

#include <codex/protocol/support/json.hpp>

// Programs that do not include <codex/describe.hpp>, which redefines them, are told so in one line.
#ifndef CODEX_DESCRIBE
#define CODEX_DESCRIBE(Type, ...) \
  static_assert(sizeof(Type*) == 0, "CODEX_DESCRIBE needs #include <codex/describe.hpp>");
#define CODEX_DESCRIBE_ENUM(Type, ...) \
  static_assert(sizeof(Type*) == 0, "CODEX_DESCRIBE_ENUM needs #include <codex/describe.hpp>");
#endif

namespace codex {

namespace detail {

struct Shape;

/// The table of a T, which is used to read, write and describe it. `<codex/describe.hpp>` defines
/// the tables.
template <class T>
struct ShapeOf {
  using Undescribed = T;
};

/// Reads a value, which must be fresh. Throws DecodeError with the path.
void read_value(const Shape& shape, void* value, const Json& json);
Json write_value(const Shape& shape, const void* value);

Json loose_schema(const Shape& shape);
Json strict_schema(const Shape& shape);

}  // namespace detail

/// A type that can be read from JSON, written as JSON and described by a JSON Schema: a struct or
/// enum with a `CODEX_DESCRIBE`, `bool`, numbers, `std::string`, `Json`, and `std::vector`,
/// `std::array`, `std::map` by strings, `std::optional` and `std::variant` of these.
template <class T>
concept Described = !requires { typename detail::ShapeOf<T>::Undescribed; };

namespace detail {

template <class T>
const Shape& shape_of() {
  static_assert(Described<T>,
                "This type is not described. Include <codex/describe.hpp>, and write "
                "CODEX_DESCRIBE(Type, member...) or CODEX_DESCRIBE_ENUM(Enum, enumerator...) "
                "behind the type, in its namespace.");
  if constexpr (Described<T>) return ShapeOf<T>::get();
}

}  // namespace detail

/// The JSON Schema of a T as the arguments of a tool. Members with a default may be left out.
template <Described T>
[[nodiscard]] Json schema_of() {
  return detail::loose_schema(detail::shape_of<T>());
}

/// The JSON Schema of a T for `TurnOptions::output_schema`, in the strict form that models follow
/// to the letter: every member must be present, an empty `std::optional` as null, and no others.
/// Throws `CodexError` if that is impossible: T is no struct, or contains a `std::map` or a `Json`.
template <Described T>
[[nodiscard]] Json strict_schema_of() {
  return detail::strict_schema(detail::shape_of<T>());
}

}  // namespace codex
