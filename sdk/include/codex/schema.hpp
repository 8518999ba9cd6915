#pragma once

#include <codex/protocol/support/json.hpp>

namespace codex {

namespace detail {

struct Shape;

/// The table of a T, by which it is read, written and described. `<codex/describe.hpp>` has those
/// of the types that have one.
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
/// `std::array`, `std::map` by strings, `std::optional` and `std::variant` of such.
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

/// The JSON Schema of a T, as it describes the arguments of a tool. What has a default may be left
/// out.
template <Described T>
[[nodiscard]] Json schema_of() {
  return detail::loose_schema(detail::shape_of<T>());
}

/// The JSON Schema of a T, for `TurnOptions::output_schema`: in the strict form that models follow
/// to the letter. Every member must be said, an empty `std::optional` as null, and there are no
/// others. Throws `CodexError` where that cannot be: T is no struct, or has a `std::map` or a
/// `Json` somewhere within.
template <Described T>
[[nodiscard]] Json strict_schema_of() {
  return detail::strict_schema(detail::shape_of<T>());
}

}  // namespace codex
