#pragma once

#include <cstdint>
#include <string_view>

#include <codex/protocol/support/type_info.hpp>

namespace codex::protocol::detail {

/// Which members of an object are still to be read.
enum class Members : bool { all, behind_first };

enum class JsonType : std::uint8_t {
  null,
  boolean,
  number,
  string,
  array,
  object,
  other,  // only a Json can be this: binary, discarded
};

constexpr std::string_view json_type_name(JsonType type) noexcept {
  constexpr std::string_view names[] = {"null",  "boolean", "number", "string",
                                        "array", "object",  "binary"};
  return names[static_cast<std::size_t>(type)];
}

/// The JSON type that a value is written as, for "expected string".
std::string_view expectation(const TypeInfo& type) noexcept;

/// Whether the type has values of that JSON type. `whole`: the number is an integer.
bool accepts(const TypeInfo& type, JsonType found, bool whole) noexcept;

}  // namespace codex::protocol::detail
