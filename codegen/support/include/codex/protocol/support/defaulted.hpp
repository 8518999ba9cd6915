#pragma once

#include <concepts>
#include <cstddef>
#include <utility>

#include <codex/protocol/support/optional.hpp>

namespace codex {

namespace detail {
template <class T>
struct ByDefault {
  T value;
};
}  // namespace detail

/// Names the default of a `Defaulted` member: `Defaulted<bool> enabled = by_default(true);`.
template <class T>
detail::ByDefault<T> by_default(T value) {
  return {std::move(value)};
}

/// A member with a default in the schema. It reads as that default until it is set, by assignment
/// or from the wire; it is written only if set.
template <class T>
class Defaulted {
 public:
  using value_type = T;
  using List = typename detail::ListFor<T>::type;

  Defaulted() = default;
  /// Has its default; not set.
  template <class U>
  Defaulted(detail::ByDefault<U> standard) : value_(std::move(standard.value)) {}
  /// Set to a value.
  template <class U = T>
    requires(!std::same_as<std::remove_cvref_t<U>, Defaulted> && std::convertible_to<U, T>)
  Defaulted(U&& value) : value_(std::forward<U>(value)), set_(true) {}
  /// Set to a braced list, for lists.
  Defaulted(List list)
    requires detail::HasList<List>
      : value_(list), set_(true) {}

  /// The value, or the default.
  operator const T&() const noexcept { return value_; }
  /// The value, or the default.
  const T& operator*() const noexcept { return value_; }
  /// The value, or the default.
  const T* operator->() const noexcept { return &value_; }
  /// The value, or the default.
  [[nodiscard]] const T& value() const noexcept { return value_; }

  /// Whether the value was set.
  [[nodiscard]] bool is_set() const noexcept { return set_; }

  /// The value, to change in place; counts as set from now on.
  T& edit() noexcept {
    set_ = true;
    return value_;
  }

  /// Of lists and maps.
  auto begin() const
    requires requires(const T& t) { t.begin(); }
  {
    return value_.begin();
  }
  /// Of lists and maps.
  auto end() const
    requires requires(const T& t) { t.end(); }
  {
    return value_.end();
  }
  /// Of lists, maps and strings.
  [[nodiscard]] auto size() const
    requires requires(const T& t) { t.size(); }
  {
    return value_.size();
  }
  /// Of lists, maps and strings.
  [[nodiscard]] bool empty() const
    requires requires(const T& t) { t.empty(); }
  {
    return value_.empty();
  }
  /// Of lists and strings: as theirs, undefined beyond the end. To change one, use `edit()`.
  [[nodiscard]] const auto& operator[](std::size_t index) const
    requires requires(const T& t) { t[index]; }
  {
    return value_[index];
  }
  /// Of lists and strings: the first one; undefined if empty.
  [[nodiscard]] const auto& front() const
    requires requires(const T& t) { t.front(); }
  {
    return value_.front();
  }
  /// Of lists and strings: the last one; undefined if empty.
  [[nodiscard]] const auto& back() const
    requires requires(const T& t) { t.back(); }
  {
    return value_.back();
  }

 private:
  T value_{};
  bool set_ = false;
};

/// Whether they read the same.
template <class T>
bool operator==(const Defaulted<T>& a, const Defaulted<T>& b) {
  return *a == *b;
}
/// Whether it reads as this value.
template <class T, detail::PlainOperand<T> U>
bool operator==(const Defaulted<T>& a, const U& b) {
  return *a == b;
}

}  // namespace codex
