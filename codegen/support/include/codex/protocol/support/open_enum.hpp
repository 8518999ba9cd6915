#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace codex::protocol {

namespace detail {

struct EnumInfo;

/// The base of all open enums, so that one interpreter handles them: the index of the value among
/// the known names, or the text of an unknown value.
class OpenEnumBase {
 public:
  OpenEnumBase() noexcept = default;
  OpenEnumBase(const OpenEnumBase& other);
  OpenEnumBase(OpenEnumBase&& other) noexcept : word_(std::exchange(other.word_, word_of(0))) {}
  OpenEnumBase& operator=(OpenEnumBase other) noexcept {
    std::swap(word_, other.word_);
    return *this;
  }
  ~OpenEnumBase() {
    if (!is_known()) forget();
  }

  /// Whether this version of the SDK knows the value.
  [[nodiscard]] bool is_known() const noexcept { return word_ & 1; }

 protected:
  static constexpr std::uint8_t unknown_index = 0xff;

  explicit OpenEnumBase(std::uint8_t index) noexcept : word_(word_of(index)) {}
  OpenEnumBase(const EnumInfo& info, std::string_view name);

  [[nodiscard]] std::uint8_t index() const noexcept {
    return is_known() ? static_cast<std::uint8_t>(word_ >> 1) : unknown_index;
  }
  [[nodiscard]] std::string_view spelling(const EnumInfo& info) const noexcept;
  [[nodiscard]] bool same(const OpenEnumBase& other) const noexcept {
    return word_ == other.word_ || same_spelling(other);
  }

 private:
  friend struct EnumAccess;  // the interpreter

  static constexpr std::uintptr_t word_of(std::uint8_t index) noexcept { return 2u * index + 1; }
  [[nodiscard]] const std::string& unknown() const noexcept;
  [[nodiscard]] bool same_spelling(const OpenEnumBase& other) const noexcept;
  void forget() noexcept;

  // The index, marked by the lowest bit; or the address of a string, which never has that bit.
  std::uintptr_t word_ = word_of(0);
};

}  // namespace detail

/// A string enum that a newer runtime may extend: it compares and switches like the enum `Known`,
/// and keeps the text of an unknown value. In a `switch` such a value matches no case.
template <class Self, class Known>
class OpenEnum : public detail::OpenEnumBase {
 public:
  OpenEnum() noexcept = default;
  /// A value that this version of the SDK knows.
  OpenEnum(Known value) noexcept : OpenEnumBase(static_cast<std::uint8_t>(value)) {}
  /// From the string on the wire, known or not.
  explicit OpenEnum(std::string_view name) : OpenEnumBase(Self::type_info, name) {}

  /// Same as `value`, for use in a `switch`.
  operator Known() const noexcept { return value(); }
  /// The enumerator; none of the named ones if the value is unknown.
  [[nodiscard]] Known value() const noexcept { return static_cast<Known>(index()); }
  /// The string on the wire.
  [[nodiscard]] std::string_view name() const noexcept { return spelling(Self::type_info); }

  friend bool operator==(const Self& a, const Self& b) noexcept { return a.same(b); }
  friend bool operator==(const Self& a, Known b) noexcept { return a.value() == b; }
};

/// Prints an open enum by its name, as it came on the wire; include `<ostream>`. For std::format
/// and fmt there is <codex/format.hpp>.
template <class Traits, class Enum>
  requires std::is_base_of_v<detail::OpenEnumBase, Enum>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out,
                                             const Enum& value) {
  return out << value.name();
}

}  // namespace codex::protocol
