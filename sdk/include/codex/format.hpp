#pragma once

/// Prints enums of the protocol, and `TurnFailureKind`, by their names: with `std::format` where
/// the standard library has it, and with fmt where its headers are found. With streams they print
/// without this header.

#include <concepts>
#include <string_view>
#include <version>

#include <codex/protocol/support/open_enum.hpp>

#ifdef __cpp_lib_format
#include <format>
#endif
#if __has_include(<fmt/format.h>)
#include <fmt/format.h>
#endif

namespace codex::detail {

template <class T>
concept NamedEnum =
    std::derived_from<T, protocol::detail::OpenEnumBase> && requires(const T& value) {
      { value.name() } -> std::same_as<std::string_view>;
    };

}  // namespace codex::detail

#ifdef __cpp_lib_format
/// Formats its name, with the options of a string.
template <codex::detail::NamedEnum E>
struct std::formatter<E, char> : std::formatter<std::string_view, char> {
  /// For std::format.
  template <class Context>
  auto format(const E& value, Context& context) const {
    return std::formatter<std::string_view, char>::format(value.name(), context);
  }
};
#endif

#if __has_include(<fmt/format.h>)
/// Formats its name, with the options of a string.
template <codex::detail::NamedEnum E>
struct fmt::formatter<E, char> : fmt::formatter<fmt::string_view, char> {
  /// For fmt::format.
  template <class Context>
  auto format(const E& value, Context& context) const {
    const std::string_view name = value.name();
    return fmt::formatter<fmt::string_view, char>::format({name.data(), name.size()}, context);
  }
};
#endif
