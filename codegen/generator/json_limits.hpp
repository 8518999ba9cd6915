#pragma once

#include <string_view>

namespace codegen {

/// Limits of all input: about ten times what the runtime's schemas need. They also bound everything
/// that is later built from the text, level by level.
struct JsonLimits {
  static constexpr std::size_t bytes = 16U << 20;
  static constexpr std::size_t depth = 128;
  static constexpr std::size_t values = 250'000;
  static constexpr std::size_t members = 20'000;  // of one object, or elements of an array
  static constexpr std::size_t name = 1'000;      // bytes of a member's name
};

/// Throws SchemaError with the place on text that exceeds a limit. It builds nothing: its own
/// memory is bounded by `depth`. Invalid JSON may pass; the parser refuses it.
void check_limits(std::string_view json);

}  // namespace codegen
