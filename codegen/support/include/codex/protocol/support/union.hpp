#pragma once

#include <codex/protocol/support/json.hpp>
#include <concepts>
#include <type_traits>
#include <utility>
#include <variant>

namespace codex::protocol {

/// The arm of a union for what this version of the SDK does not know: the JSON as it came.
struct Unknown {
  Json raw = {};

  bool operator==(const Unknown&) const = default;
};

/// Several callables as one, for `visit`.
template <class... Fs>
struct overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
overloaded(Fs...) -> overloaded<Fs...>;

/// One of several structs, or `Unknown`. A `std::variant` (so `std::visit` and `std::get_if` work)
/// that converts from exactly its arms.
template <class... Arms>
class Union : public std::variant<Arms...> {
 public:
  using Variant = std::variant<Arms...>;

  /// Holds an empty `Unknown`.
  Union() noexcept : Variant(std::in_place_type<Unknown>) {}
  template <class Arm>
    requires(std::same_as<std::remove_cvref_t<Arm>, Arms> || ...)
  Union(Arm&& arm)
      : Variant(std::in_place_type<std::remove_cvref_t<Arm>>, std::forward<Arm>(arm)) {}

  template <class Arm>
  [[nodiscard]] bool is() const noexcept {
    return std::holds_alternative<Arm>(variant());
  }
  /// The arm, or nullptr when it is another one.
  template <class Arm>
  [[nodiscard]] const Arm* as() const noexcept {
    return std::get_if<Arm>(&variant());
  }
  template <class Arm>
  [[nodiscard]] Arm* as() noexcept {
    return std::get_if<Arm>(&variant());
  }
  /// Calls the one of `fs` that takes the arm it holds; together they must take every arm,
  /// `Unknown` too.
  template <class... Fs>
  decltype(auto) visit(Fs&&... fs) const {
    return std::visit(overloaded{std::forward<Fs>(fs)...}, variant());
  }

  [[nodiscard]] const Variant& variant() const noexcept { return *this; }
  [[nodiscard]] Variant& variant() noexcept { return *this; }
};

}  // namespace codex::protocol
