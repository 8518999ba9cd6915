#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <map>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace codex {

/// The type of `codex::null`.
struct Null {
  bool operator==(const Null&) const = default;
};

/// JSON null, for `codex::Optional`: `params.section_id = codex::null;`.
inline constexpr Null null{};

namespace detail {

/// A null of a large value points to this.
inline char null_mark = 0;

struct NoList {};

/// An element of a braced list of strings. A std::string would read `{{"a", "b"}}` as one string
/// between two pointers.
struct ListText {
  template <std::convertible_to<std::string> S>
  ListText(S&& string) : text(std::forward<S>(string)) {}
  operator const std::string&() const noexcept { return text; }
  std::string text;
};

template <class T>
struct ListByMembers {
  using type = std::initializer_list<NoList>;
};
template <class T>
  requires requires { typename T::value_type; } && (!requires { typename T::initializer_list_t; })
struct ListByMembers<T> {
  using type = std::initializer_list<typename T::value_type>;
};
template <class T>
  requires requires { typename T::initializer_list_t; }
struct ListByMembers<T> {
  using type = typename T::initializer_list_t;
};

/// The element type of a braced list for a T, so that `.roots = {"/a", "/b"}` reaches the T inside.
/// Lists and maps are listed here: querying each type would instantiate it in every program that
/// includes the protocol.
template <class T>
struct ListFor : ListByMembers<T> {};
template <class T>
struct ListFor<std::vector<T>> {
  using type = std::initializer_list<T>;
};
template <>
struct ListFor<std::vector<std::string>> {
  using type = std::initializer_list<ListText>;
};
template <class T>
struct ListFor<std::map<std::string, T>> {
  using type = std::initializer_list<std::pair<const std::string, T>>;
};

template <class List>
concept HasList = !std::same_as<List, std::initializer_list<NoList>>;

/// The types that a member compares with besides its own. They are listed, since testing "does ==
/// compile?" for any type would ask nlohmann, which asks back.
template <class U, class T>
concept PlainOperand = std::same_as<U, T> || std::is_arithmetic_v<U> || std::is_enum_v<U> ||
                       std::convertible_to<const U&, std::string_view> || requires {
                         typename U::period;  // 5s == 5000ms
                         typename T::period;
                       };

enum class Presence : unsigned char { absent, null, value };

template <class T>
struct RoomOf {
  static constexpr std::size_t size = sizeof(T);
  static constexpr std::size_t align = alignof(T);
};

/// The size of a T. Lists and maps have the same size whatever they contain, as above.
template <class T>
struct Room : RoomOf<T> {};
template <class T>
struct Room<std::vector<T>> : RoomOf<std::vector<char>> {};
template <class T>
struct Room<std::map<std::string, T>> : RoomOf<std::map<std::string, std::string>> {};

/// Stores the value of an `Optional` within itself. It does not destroy or copy the value, its
/// `Optional` does: a constructor instantiates the destructors of all members.
template <class T, bool Far = (Room<T>::size > 40)>
class OptionalSlot {
 public:
  constexpr explicit OptionalSlot(Presence state) noexcept : state_(state) {}

  [[nodiscard]] Presence state() const noexcept { return state_; }
  T& value() noexcept { return *std::launder(reinterpret_cast<T*>(room_)); }
  const T& value() const noexcept { return *std::launder(reinterpret_cast<const T*>(room_)); }

  /// Constructs a value. There must be none.
  template <class... Args>
  T& fill(Args&&... args) {
    static_assert(sizeof(T) == Room<T>::size && alignof(T) == Room<T>::align);
    T* value = new (room_) T(std::forward<Args>(args)...);
    state_ = Presence::value;
    return *value;
  }
  /// Takes the other's state. There must be no value here; the other keeps a moved-from value.
  void take(OptionalSlot& other) noexcept {
    if (other.state_ == Presence::value) new (room_) T(std::move(other.value()));
    state_ = other.state_;
  }
  void clear(Presence state) noexcept {
    if (state_ == Presence::value) value().~T();
    state_ = state;
  }

 private:
  alignas(Room<T>::align) std::byte room_[Room<T>::size];
  Presence state_;
};

/// The same for a large value, which lives on the heap: otherwise rarely used members would take
/// most of the size of many structs (docs/decisions.md, "Large members live elsewhere").
template <class T>
class OptionalSlot<T, true> {
 public:
  constexpr explicit OptionalSlot(Presence state) noexcept
      : at_(state == Presence::null ? &null_mark : nullptr) {}

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
  void take(OptionalSlot& other) noexcept { at_ = std::exchange(other.at_, nullptr); }
  void clear(Presence state) noexcept {
    if (this->state() == Presence::value) delete static_cast<T*>(at_);
    at_ = state == Presence::null ? &null_mark : nullptr;
  }

 private:
  void* at_;  // absent: nothing; null: `&null_mark`
};

}  // namespace detail

/// A member that may be absent, null, or a value. It has the interface of `std::optional` for
/// "value or none" and distinguishes the two kinds of none: in places the protocol gives null a
/// separate meaning. Default and `std::nullopt`: absent, which is not written.
template <class T>
class Optional {
 public:
  using value_type = T;
  using List = typename detail::ListFor<T>::type;

  constexpr Optional() noexcept : slot_(Presence::absent) {}
  /// Absent.
  constexpr Optional(std::nullopt_t) noexcept : slot_(Presence::absent) {}
  /// Null.
  constexpr Optional(Null) noexcept : slot_(Presence::null) {}
  /// Copies the value, if any.
  Optional(const Optional& other) : slot_(Presence::absent) {
    if (other.has_value()) {
      slot_.fill(other.slot_.value());
    } else {
      slot_.clear(other.slot_.state());
    }
  }
  /// Takes the value, if any.
  Optional(Optional&& other) noexcept : slot_(Presence::absent) { slot_.take(other.slot_); }
  /// Copies the value, if any.
  Optional& operator=(const Optional& other) {
    if (this != &other) *this = Optional(other);
    return *this;
  }
  /// Takes the value, if any.
  Optional& operator=(Optional&& other) noexcept {
    if (this == &other) return *this;
    Optional taken(std::move(other));  // since it may be inside the value that is destroyed here
    slot_.clear(Presence::absent);
    slot_.take(taken.slot_);
    return *this;
  }
  ~Optional() { slot_.clear(Presence::absent); }
  /// Has a value.
  template <class U = T>
    requires(!std::same_as<std::remove_cvref_t<U>, Optional> && std::convertible_to<U, T>)
  Optional(U&& value) : slot_(Presence::absent) {
    if constexpr (std::is_arithmetic_v<T>) {
      slot_.fill(static_cast<T>(value));  // `.limit = 20` is no mistake that a compiler warns of
    } else {
      slot_.fill(std::forward<U>(value));
    }
  }
  /// Has a braced list, for lists.
  Optional(List list)
    requires detail::HasList<List>
      : slot_(Presence::absent) {
    if constexpr (std::same_as<List, std::initializer_list<detail::ListText>>) {
      slot_.fill(list.begin(), list.end());
    } else {
      slot_.fill(list);
    }
  }
  /// An empty `std::optional` becomes absent.
  template <std::same_as<T> U>
  Optional(std::optional<U> other) : slot_(Presence::absent) {
    if (other) emplace(*std::move(other));
  }

  /// Whether there is a value.
  [[nodiscard]] bool has_value() const noexcept { return slot_.state() == Presence::value; }
  /// Whether there is a value.
  explicit operator bool() const noexcept { return has_value(); }
  /// Whether it is null, and not absent.
  [[nodiscard]] bool is_null() const noexcept { return slot_.state() == Presence::null; }
  /// Whether it is absent, and not null.
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

  /// The value. Throws `std::bad_optional_access` if there is none.
  const T& value() const& { return check(), slot_.value(); }
  /// The value. Throws `std::bad_optional_access` if there is none.
  T& value() & { return check(), slot_.value(); }
  /// The value. Throws `std::bad_optional_access` if there is none.
  T&& value() && { return check(), std::move(slot_.value()); }

  /// The value, or `other` if there is none.
  template <class U>
  [[nodiscard]] T value_or(U&& other) const& {
    return has_value() ? slot_.value() : static_cast<T>(std::forward<U>(other));
  }
  /// The value, or `other` if there is none.
  template <class U>
  [[nodiscard]] T value_or(U&& other) && {
    return has_value() ? std::move(slot_.value()) : static_cast<T>(std::forward<U>(other));
  }

  /// Constructs a value from these arguments, and returns it.
  template <class... Args>
  T& emplace(Args&&... args) {
    slot_.clear(Presence::absent);
    return slot_.fill(std::forward<Args>(args)...);
  }
  /// Makes it absent.
  void reset() noexcept { slot_.clear(Presence::absent); }
  /// Makes it null.
  void set_null() noexcept { slot_.clear(Presence::null); }

  /// The value or none: null and absent become the same.
  // A template, so that only users of the std::optional pay for it.
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
/// Whether both have no value, or the same one.
template <class T>
bool operator==(const Optional<T>& a, const std::optional<T>& b) {
  return a.has_value() == b.has_value() && (!b || *a == *b);
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
