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

/// What a null that lives elsewhere points to.
inline char null_mark = 0;

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

enum class Presence : unsigned char { absent, null, value };

/// Where an `Optional` keeps its value: within itself.
template <class T, bool Far = (sizeof(T) > 40)>
class OptionalSlot {
 public:
  constexpr OptionalSlot() noexcept {}
  explicit constexpr OptionalSlot(Presence state) noexcept : state_(state) {}
  OptionalSlot(const OptionalSlot& other) {
    if (other.state_ == Presence::value) new (&value_) T(other.value_);
    state_ = other.state_;
  }
  OptionalSlot(OptionalSlot&& other) noexcept : state_(other.state_) {
    if (state_ == Presence::value) new (&value_) T(std::move(other.value_));
  }
  OptionalSlot& operator=(const OptionalSlot& other) {
    if (this != &other) *this = OptionalSlot(other);
    return *this;
  }
  OptionalSlot& operator=(OptionalSlot&& other) noexcept {
    if (this == &other) return *this;
    clear(other.state_);
    if (state_ == Presence::value) new (&value_) T(std::move(other.value_));
    return *this;
  }
  ~OptionalSlot() { clear(Presence::absent); }

  [[nodiscard]] Presence state() const noexcept { return state_; }
  T& value() noexcept { return value_; }
  const T& value() const noexcept { return value_; }

  /// Makes a value where there is none.
  template <class... Args>
  T& fill(Args&&... args) {
    new (&value_) T(std::forward<Args>(args)...);
    state_ = Presence::value;
    return value_;
  }
  void clear(Presence state) noexcept {
    if (state_ == Presence::value) value_.~T();
    state_ = state;
  }

 private:
  union {
    T value_;
  };
  Presence state_ = Presence::absent;
};

/// The same for a large value, which lives elsewhere: members that rarely come would make up most
/// of many structs otherwise (docs/decisions.md, "Large members live elsewhere").
template <class T>
class OptionalSlot<T, true> {
 public:
  constexpr OptionalSlot() noexcept {}  // NOLINT(modernize-use-equals-default): lighter
  explicit constexpr OptionalSlot(Presence state) noexcept
      : at_(state == Presence::null ? &null_mark : nullptr) {}
  OptionalSlot(const OptionalSlot& other)
      : at_(other.state() == Presence::value ? new T(other.value()) : other.at_) {}
  OptionalSlot(OptionalSlot&& other) noexcept : at_(std::exchange(other.at_, nullptr)) {}
  OptionalSlot& operator=(OptionalSlot other) noexcept {
    std::swap(at_, other.at_);
    return *this;
  }
  ~OptionalSlot() { clear(Presence::absent); }

  [[nodiscard]] Presence state() const noexcept {
    return !at_ ? Presence::absent : at_ == &null_mark ? Presence::null : Presence::value;
  }
  T& value() noexcept { return *static_cast<T*>(at_); }
  const T& value() const noexcept { return *static_cast<const T*>(at_); }

  template <class... Args>
  T& fill(Args&&... args) {
    T* value = new T(std::forward<Args>(args)...);
    at_ = value;
    return *value;
  }
  void clear(Presence state) noexcept {
    if (this->state() == Presence::value) delete static_cast<T*>(at_);
    at_ = state == Presence::null ? &null_mark : nullptr;
  }

 private:
  void* at_ = nullptr;  // absent: nothing; null: `&null_mark`
};

}  // namespace detail

/// A member that may be absent, null, or a value. It has the interface of `std::optional` for
/// "value or none" and tells the two kinds of none apart: the protocol gives null a meaning of its
/// own in places. Default and `std::nullopt`: absent, which is not written at all.
template <class T>
class Optional {
 public:
  using value_type = T;
  using List = typename detail::ListFor<T>::type;

  constexpr Optional() noexcept {}  // NOLINT(modernize-use-equals-default): lighter
  /// Absent.
  constexpr Optional(std::nullopt_t) noexcept {}
  /// Null.
  constexpr Optional(Null) noexcept : slot_(Presence::null) {}
  /// With a value.
  template <class U = T>
    requires(!std::same_as<std::remove_cvref_t<U>, Optional> && std::convertible_to<U, T>)
  Optional(U&& value) {
    slot_.fill(std::forward<U>(value));
  }
  /// With a braced list, for lists.
  Optional(List list)
    requires detail::HasList<List>
  {
    slot_.fill(list);
  }
  /// An empty `std::optional` becomes absent.
  template <std::same_as<T> U>
  Optional(std::optional<U> other) {
    if (other) emplace(*std::move(other));
  }

  /// Whether there is a value.
  [[nodiscard]] bool has_value() const noexcept { return slot_.state() == Presence::value; }
  /// Whether there is a value.
  explicit operator bool() const noexcept { return has_value(); }
  /// Whether it is null, as told apart from absent.
  [[nodiscard]] bool is_null() const noexcept { return slot_.state() == Presence::null; }
  /// Whether the member is not there at all.
  [[nodiscard]] bool is_absent() const noexcept { return slot_.state() == Presence::absent; }

  /// The value. There must be one.
  const T& operator*() const& noexcept { return slot_.value(); }
  /// The value. There must be one.
  T& operator*() & noexcept { return slot_.value(); }
  /// The value. There must be one.
  T&& operator*() && noexcept { return std::move(slot_.value()); }
  /// The value. There must be one.
  const T* operator->() const noexcept { return &slot_.value(); }
  /// The value. There must be one.
  T* operator->() noexcept { return &slot_.value(); }

  /// The value. Throws `std::bad_optional_access` where there is none.
  const T& value() const& { return check(), slot_.value(); }
  /// The value. Throws `std::bad_optional_access` where there is none.
  T& value() & { return check(), slot_.value(); }
  /// The value. Throws `std::bad_optional_access` where there is none.
  T&& value() && { return check(), std::move(slot_.value()); }

  /// The value, or `other` where there is none.
  template <class U>
  [[nodiscard]] T value_or(U&& other) const& {
    return has_value() ? slot_.value() : static_cast<T>(std::forward<U>(other));
  }
  /// The value, or `other` where there is none.
  template <class U>
  [[nodiscard]] T value_or(U&& other) && {
    return has_value() ? std::move(slot_.value()) : static_cast<T>(std::forward<U>(other));
  }

  /// Makes a value of these arguments, and returns it.
  template <class... Args>
  T& emplace(Args&&... args) {
    slot_.clear(Presence::absent);
    return slot_.fill(std::forward<Args>(args)...);
  }
  /// Makes it absent.
  void reset() noexcept { slot_.clear(Presence::absent); }
  /// Makes it null.
  void set_null() noexcept { slot_.clear(Presence::null); }

  /// The value or none, without the difference between null and absent.
  // A template, so that nobody pays for the std::optional who does not ask for it.
  template <std::same_as<std::optional<T>> O>
  operator O() const {
    return has_value() ? O(slot_.value()) : O();
  }

 private:
  using Presence = detail::Presence;

  void check() const {
    if (!has_value()) throw std::bad_optional_access();
  }

  detail::OptionalSlot<T> slot_;
};

/// Whether both are absent, or null, or have the same value.
template <class T>
bool operator==(const Optional<T>& a, const Optional<T>& b) {
  if (a.has_value() && b.has_value()) return *a == *b;
  return a.has_value() == b.has_value() && a.is_null() == b.is_null();
}
/// Whether there is no value.
template <class T>
bool operator==(const Optional<T>& a, std::nullopt_t) {
  return !a.has_value();
}
/// Whether it is null.
template <class T>
bool operator==(const Optional<T>& a, Null) {
  return a.is_null();
}
/// Whether it has this value.
template <class T, detail::PlainOperand<T> U>
bool operator==(const Optional<T>& a, const U& b) {
  return a.has_value() && *a == b;
}

}  // namespace codex
