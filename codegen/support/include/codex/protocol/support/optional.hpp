#pragma once

#include <concepts>
#include <initializer_list>
#include <new>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace codex {

/// The type of `codex::null`.
struct Null {
  bool operator==(const Null&) const = default;
};

/// JSON null, for `codex::Optional`: `params.section_id = codex::null;`.
inline constexpr Null null{};

namespace detail {

struct NoList {};

/// What a braced list for a T holds, so that `.roots = {"/a", "/b"}` reaches the T inside.
template <class T>
struct ListFor {
  using type = std::initializer_list<NoList>;
};
template <class T>
  requires requires { typename T::value_type; } && (!requires { typename T::initializer_list_t; })
struct ListFor<T> {
  using type = std::initializer_list<typename T::value_type>;
};
template <class T>
  requires requires { typename T::initializer_list_t; }
struct ListFor<T> {
  using type = typename T::initializer_list_t;
};

template <class List>
concept HasList = !std::same_as<List, std::initializer_list<NoList>>;

/// What a member compares with besides its own type: spelt out, since asking "does == compile?"
/// of any type at all would ask nlohmann, which asks back.
template <class U, class T>
concept PlainOperand = std::same_as<U, T> || std::is_arithmetic_v<U> || std::is_enum_v<U> ||
                       std::convertible_to<const U&, std::string_view>;

}  // namespace detail

/// A member that may be absent, null, or a value. It has the interface of `std::optional` for
/// "value or none" and tells the two kinds of none apart: the protocol gives null a meaning of its
/// own in places. Default and `std::nullopt`: absent, which is not written at all.
template <class T>
class Optional {
 public:
  using value_type = T;
  using List = typename detail::ListFor<T>::type;

  constexpr Optional() noexcept {}
  constexpr Optional(std::nullopt_t) noexcept {}
  constexpr Optional(Null) noexcept : state_(State::null) {}
  template <class U = T>
    requires(!std::same_as<std::remove_cvref_t<U>, Optional> && std::convertible_to<U, T>)
  Optional(U&& value) : state_(State::value) {
    new (&value_) T(std::forward<U>(value));
  }
  Optional(List list)
    requires detail::HasList<List>
      : state_(State::value) {
    new (&value_) T(list);
  }
  /// An empty `std::optional` becomes absent.
  template <std::same_as<T> U>
  Optional(std::optional<U> other) {
    if (other) emplace(*std::move(other));
  }

  Optional(const Optional& other) : state_(other.state_) {
    if (other.has_value()) new (&value_) T(other.value_);
  }
  Optional(Optional&& other) noexcept : state_(other.state_) {
    if (other.has_value()) new (&value_) T(std::move(other.value_));
  }
  Optional& operator=(const Optional& other) {
    if (this != &other) *this = Optional(other);
    return *this;
  }
  Optional& operator=(Optional&& other) noexcept {
    if (this == &other) return *this;
    destroy();
    if (other.has_value()) new (&value_) T(std::move(other.value_));
    state_ = other.state_;
    return *this;
  }
  ~Optional() { destroy(); }

  [[nodiscard]] bool has_value() const noexcept { return state_ == State::value; }
  explicit operator bool() const noexcept { return has_value(); }
  /// Whether it is null, as told apart from absent.
  [[nodiscard]] bool is_null() const noexcept { return state_ == State::null; }
  /// Whether the member is not there at all.
  [[nodiscard]] bool is_absent() const noexcept { return state_ == State::absent; }

  /// The value. There must be one.
  const T& operator*() const& noexcept { return value_; }
  T& operator*() & noexcept { return value_; }
  T&& operator*() && noexcept { return std::move(value_); }
  const T* operator->() const noexcept { return &value_; }
  T* operator->() noexcept { return &value_; }

  /// The value. Throws `std::bad_optional_access` where there is none.
  const T& value() const& { return check(), value_; }
  T& value() & { return check(), value_; }
  T&& value() && { return check(), std::move(value_); }

  template <class U>
  [[nodiscard]] T value_or(U&& other) const& {
    return has_value() ? value_ : static_cast<T>(std::forward<U>(other));
  }
  template <class U>
  [[nodiscard]] T value_or(U&& other) && {
    return has_value() ? std::move(value_) : static_cast<T>(std::forward<U>(other));
  }

  template <class... Args>
  T& emplace(Args&&... args) {
    destroy();
    state_ = State::absent;
    new (&value_) T(std::forward<Args>(args)...);
    state_ = State::value;
    return value_;
  }
  /// Makes it absent.
  void reset() noexcept {
    destroy();
    state_ = State::absent;
  }
  /// Makes it null.
  void set_null() noexcept {
    destroy();
    state_ = State::null;
  }

  /// The value or none, without the difference between null and absent.
  // A template, so that nobody pays for the std::optional who does not ask for it.
  template <std::same_as<std::optional<T>> O>
  operator O() const {
    return has_value() ? O(value_) : O();
  }

 private:
  enum class State : unsigned char { absent, null, value };

  void destroy() noexcept {
    if (has_value()) value_.~T();
  }
  void check() const {
    if (!has_value()) throw std::bad_optional_access();
  }

  union {
    T value_;
  };
  State state_ = State::absent;
};

template <class T>
bool operator==(const Optional<T>& a, const Optional<T>& b) {
  if (a.has_value() && b.has_value()) return *a == *b;
  return a.has_value() == b.has_value() && a.is_null() == b.is_null();
}
template <class T>
bool operator==(const Optional<T>& a, std::nullopt_t) {
  return !a.has_value();
}
template <class T>
bool operator==(const Optional<T>& a, Null) {
  return a.is_null();
}
template <class T, detail::PlainOperand<T> U>
bool operator==(const Optional<T>& a, const U& b) {
  return a.has_value() && *a == b;
}

}  // namespace codex
