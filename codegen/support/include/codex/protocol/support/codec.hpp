#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <codex/protocol/support/errors.hpp>
#include <codex/protocol/support/json.hpp>
#include <codex/protocol/support/tables.hpp>

namespace codex::protocol {

/// A part of a value that this version of the SDK does not know.
struct UnknownPart {
  /// Where: `turn.items[2].type`.
  std::string path;
  /// What: `member`, `enum value "x"`, `tag "x"`, `method "x"`, or `shape`: a member or an arm of a
  /// union that has another type than this version expects, and is kept as raw JSON.
  std::string what;

  bool operator==(const UnknownPart&) const = default;
};

namespace detail {

/// A fresh value of a type that the schema names, in one allocation with its reference count.
std::shared_ptr<void> fresh_value(const TypeInfo& type);

// The interpreter. `value` must be fresh.
void decode_text(const TypeInfo& type, void* value, std::string_view text);
void decode_json(const TypeInfo& type, void* value, const Json& json);
std::string encode_text(const TypeInfo& type, const void* value);
Json encode_json(const TypeInfo& type, const void* value);
bool equal(const TypeInfo& type, const void* a, const void* b);
std::vector<UnknownPart> unknown_parts(const TypeInfo& type, const void* value);
std::vector<UnknownPart> misfits(const TypeInfo& type, const void* value);

}  // namespace detail

/// A type that the protocol describes: generated structs, unions, enums, and the standard types
/// that are made of them.
template <class T>
concept Described = requires { detail::type_of<T>(); };

/// Reads a T from JSON text. Members that T does not know are kept in `extra`, and so are optional
/// members that do not fit; an arm of a union that does not fit becomes `Unknown`. If a member is
/// repeated, the last one counts. Throws `DecodeError` with the path if the text is no JSON, lacks
/// a required member, or nests deeper than 256 levels.
template <Described T>
[[nodiscard]] T decode(std::string_view text) {
  T value{};
  detail::decode_text(*detail::type_of<T>(), &value, text);
  return value;
}

/// Writes a value as JSON text, on one line. Invalid UTF-8 in a string becomes U+FFFD, a NaN or
/// infinite double null. Throws `CodexError` if raw JSON within nests deeper than 256 levels.
template <Described T>
[[nodiscard]] std::string encode(const T& value) {
  return detail::encode_text(*detail::type_of<T>(), &value);
}

/// The parts of the value that this version of the SDK does not know.
template <Described T>
[[nodiscard]] std::vector<UnknownPart> unknown_parts(const T& value) {
  return detail::unknown_parts(*detail::type_of<T>(), &value);
}

/// The unknown parts that have another type than this version expects: an optional member that
/// reads as absent, an arm of a union that is `Unknown`. A program should not make decisions from a
/// value that has such parts.
template <Described T>
[[nodiscard]] std::vector<UnknownPart> misfits(const T& value) {
  return detail::misfits(*detail::type_of<T>(), &value);
}

/// Whether two values of a generated type have equal members, including those in `extra`. A member
/// that reads as its default equals one that was set to it.
template <class T>
  requires requires { T::type_info; }
[[nodiscard]] bool operator==(const T& a, const T& b) {
  return detail::equal(T::type_info, &a, &b);
}

}  // namespace codex::protocol

// `Json j = params;` and `j.get<ThreadItem>()` for each generated type.
/// @cond
template <class T>
  requires requires { T::type_info; }
struct nlohmann::adl_serializer<T, void> {
  static void to_json(codex::Json& json, const T& value) {
    json = codex::protocol::detail::encode_json(T::type_info, &value);
  }
  static void from_json(const codex::Json& json, T& value) {
    value = T{};
    codex::protocol::detail::decode_json(T::type_info, &value, json);
  }
};
/// @endcond
