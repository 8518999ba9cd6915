#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <codex/protocol/support/json.hpp>

namespace codex::protocol {

/// The arm of a union for values that this version of the SDK does not know: the JSON as received.
struct Unknown {
  /// As received.
  Json raw = {};

  bool operator==(const Unknown& other) const;  // not defaulted: Json's == costs each includer
};

namespace detail {

struct UnionInfo;

// The special members of every union use its table, so that a header full of unions costs its
// includers almost nothing (docs/decisions.md, "Unions").
void destroy_arm(const UnionInfo& info, std::size_t arm, void* value) noexcept;
void copy_arm(const UnionInfo& info, std::size_t arm, void* to, const void* from);
/// Also destroys the source.
void move_arm(const UnionInfo& info, std::size_t arm, void* to, void* from) noexcept;

/// A string that every arm has, by its wire name; for an `Unknown` taken from its JSON, else empty.
std::string_view arm_member(const UnionInfo& info, const void* value, std::string_view name);

/// Several callables as one.
template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

/// Whether a union keeps an arm on the heap and only a pointer in itself: a large arm, which would
/// make every union of its type as large (docs/decisions.md, "Large members live elsewhere").
template <class Arm>  // NOLINTNEXTLINE(misc-redundant-expression): it depends on Arm
inline constexpr bool is_far = sizeof(Arm) > 176 || alignof(Arm) > alignof(void*);

template <class T, class... Ts>
concept OneOf = (std::same_as<T, Ts> || ...);

}  // namespace detail

/// Holds one of several types, the arms; the last is `Unknown`. It converts from exactly its arms.
template <class Self, class... Arms>
class Union {
 public:
  /// Holds an empty `Unknown`.
  Union() noexcept { forget(); }
  /// Holds that arm.
  template <class Arm>
    requires detail::OneOf<std::remove_cvref_t<Arm>, Arms...>
  Union(Arm&& arm) : index_(index_of<std::remove_cvref_t<Arm>>()) {
    put<std::remove_cvref_t<Arm>>(std::forward<Arm>(arm));
  }
  /// A string literal or view, for a union with a string among its arms.
  template <class Text>
    requires(detail::OneOf<std::string, Arms...> &&
             !std::derived_from<std::remove_cvref_t<Text>, Union> &&
             !detail::OneOf<std::remove_cvref_t<Text>, Arms...> &&
             std::convertible_to<Text, std::string_view>)
  Union(Text&& text) : Union(std::string(std::string_view(std::forward<Text>(text)))) {}
  /// Copies the arm.
  Union(const Union& other) : index_(other.index_) {
    detail::copy_arm(Self::type_info, index_, storage_, other.storage_);
  }
  /// Leaves an empty `Unknown` in the other one.
  Union(Union&& other) noexcept { take(other); }
  /// Copies the arm.
  Union& operator=(const Union& other) {
    if (this != &other) *this = Union(other);
    return *this;
  }
  /// Leaves an empty `Unknown` in the other one.
  Union& operator=(Union&& other) noexcept {
    if (this == &other) return *this;
    detail::destroy_arm(Self::type_info, index_, storage_);
    take(other);
    return *this;
  }
  ~Union() { detail::destroy_arm(Self::type_info, index_, storage_); }

  /// Whether it holds that arm.
  template <detail::OneOf<Arms...> Arm>
  [[nodiscard]] bool is() const noexcept {
    return index_ == index_of<Arm>();
  }
  /// The arm, or nullptr if it holds another one.
  template <detail::OneOf<Arms...> Arm>
  [[nodiscard]] const Arm* as() const noexcept {
    return is<Arm>() ? &held<const Arm>(storage_) : nullptr;
  }
  /// The arm, or nullptr if it holds another one.
  template <detail::OneOf<Arms...> Arm>
  [[nodiscard]] Arm* as() noexcept {
    return is<Arm>() ? &held<Arm>(storage_) : nullptr;
  }

  /// Calls the one of `fs` that takes the arm it holds, and returns what that returns. Together
  /// they must take every arm, `Unknown` too.
  template <class... Fs>
  decltype(auto) visit(Fs&&... fs) const {
    return call<const Arms...>(index_, storage_,
                               detail::Overloaded<std::decay_t<Fs>...>{std::forward<Fs>(fs)...});
  }
  /// As above, with arms that may be changed.
  template <class... Fs>
  decltype(auto) visit(Fs&&... fs) {
    return call<Arms...>(index_, storage_,
                         detail::Overloaded<std::decay_t<Fs>...>{std::forward<Fs>(fs)...});
  }

  /// Makes it hold a fresh `Arm` and returns that.
  template <detail::OneOf<Arms...> Arm>
  Arm& emplace() {
    if constexpr (detail::is_far<Arm>) {
      Arm* arm = new Arm{};
      detail::destroy_arm(Self::type_info, index_, storage_);
      index_ = index_of<Arm>();
      new (storage_) Arm*(arm);
      return *arm;
    } else if constexpr (!std::is_nothrow_default_constructible_v<Arm>) {
      *this = Union(Arm{});
      return held<Arm>(storage_);
    } else {
      detail::destroy_arm(Self::type_info, index_, storage_);
      index_ = index_of<Arm>();
      return *new (storage_) Arm{};
    }
  }

  /// The index of the arm.
  [[nodiscard]] std::size_t index() const noexcept { return index_; }
  /// The arm, whichever it is.
  [[nodiscard]] const void* data() const noexcept {
    static constexpr bool is_far_arm[] = {detail::is_far<Arms>...};
    return is_far_arm[index_] ? *reinterpret_cast<void* const*>(storage_) : storage_;
  }

 private:
  template <class Arm>
  static constexpr std::uint8_t index_of() noexcept {
    static_assert(sizeof...(Arms) <= 0xff);
    std::uint8_t index = 0;
    static_cast<void>(((std::same_as<Arm, Arms> || (++index, false)) || ...));
    return index;
  }
  static constexpr std::size_t size() noexcept {
    std::size_t largest = sizeof(void*);
    ((largest = !detail::is_far<Arms> && sizeof(Arms) > largest ? sizeof(Arms) : largest), ...);
    return largest;
  }
  template <class Arm, class Storage>
  static Arm& held(Storage* storage) noexcept {
    if constexpr (detail::is_far<Arm>) {
      return **std::launder(reinterpret_cast<Arm**>(const_cast<std::byte*>(storage)));
    } else {
      return *std::launder(reinterpret_cast<Arm*>(storage));
    }
  }
  template <class Arm, class From>
  void put(From&& arm) {
    if constexpr (detail::is_far<Arm>) {
      new (storage_) Arm*(new Arm(std::forward<From>(arm)));
    } else {
      new (storage_) Arm(std::forward<From>(arm));
    }
  }
  /// Becomes an empty `Unknown` without destroying the arm.
  void forget() noexcept {
    index_ = index_of<Unknown>();
    new (storage_) Unknown;
  }
  /// Takes the arm of another one. There must be none here.
  void take(Union& other) noexcept {
    index_ = other.index_;
    detail::move_arm(Self::type_info, index_, storage_, other.storage_);
    other.forget();
  }
  template <class Arm, class... Others, class Storage, class F>
  static decltype(auto) call(std::size_t index, Storage* storage, F&& f) {
    static_assert(std::invocable<F&, Arm&>,
                  "visit needs a function for each arm of the union, and one for Unknown");
    if constexpr (sizeof...(Others) == 0) {
      return f(held<Arm>(storage));
    } else {
      if (index == 0) return f(held<Arm>(storage));
      return call<Others...>(index - 1, storage, std::forward<F>(f));
    }
  }

  alignas(void*) std::byte storage_[size()];
  std::uint8_t index_;
};

}  // namespace codex::protocol
