#pragma once

#include <string_view>

namespace codegen {

/// What no input exceeds: some ten times of what the runtime's schemas need. Whatever is made of
/// the text afterwards, level by level, is bounded by it.
struct JsonLimits {
  static constexpr std::size_t bytes = 16U << 20;
  static constexpr std::size_t depth = 128;
  static constexpr std::size_t values = 250'000;
  static constexpr std::size_t members = 20'000;  // of one object, or elements of an array
  static constexpr std::size_t name = 1'000;      // bytes of a member's name
};

/// Throws SchemaError, which says where, on text that exceeds a limit. It builds nothing: its own
/// memory is bounded by `depth`. What is no JSON may pass; the parser refuses it.
void check_limits(std::string_view json);

}  // namespace codegen
