#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

namespace codex::protocol {

namespace detail {

struct EnumInfo;

/// What all open enums share, so that one interpreter serves them: the place of the value among
/// the known names, or the spelling of a value that is not among them.
class OpenEnumBase {
 public:
  OpenEnumBase() noexcept = default;
  OpenEnumBase(const OpenEnumBase& other);
  OpenEnumBase(OpenEnumBase&& other) noexcept = default;
  OpenEnumBase& operator=(const OpenEnumBase& other);
  OpenEnumBase& operator=(OpenEnumBase&& other) noexcept = default;
  ~OpenEnumBase() = default;

  /// Whether this version of the SDK knows the value.
  [[nodiscard]] bool is_known() const noexcept { return !unknown_; }

 protected:
  static constexpr std::uint8_t unknown_index = 0xff;

  explicit OpenEnumBase(std::uint8_t index) noexcept : index_(index) {}
  OpenEnumBase(const EnumInfo& info, std::string_view name);

  [[nodiscard]] std::uint8_t index() const noexcept { return index_; }
  [[nodiscard]] std::string_view spelling(const EnumInfo& info) const noexcept;
  [[nodiscard]] bool same(const OpenEnumBase& other) const noexcept {
    return index_ == other.index_ && (!unknown_ || *unknown_ == *other.unknown_);
  }

 private:
  friend struct EnumAccess;  // the interpreter

  std::uint8_t index_ = 0;
  std::unique_ptr<std::string> unknown_;
};

}  // namespace detail

/// A string enum that a newer runtime may extend: it compares and switches like the enum `Known`,
/// and keeps the spelling of a value that is not among its enumerators. In a `switch` such a value
/// matches no case.
template <class Self, class Known>
class OpenEnum : public detail::OpenEnumBase {
 public:
  OpenEnum() noexcept = default;
  OpenEnum(Known value) noexcept : OpenEnumBase(static_cast<std::uint8_t>(value)) {}
  /// From the wire spelling, known or not.
  explicit OpenEnum(std::string_view name) : OpenEnumBase(Self::type_info, name) {}

  operator Known() const noexcept { return value(); }
  /// The enumerator; none of the named ones where the value is unknown.
  [[nodiscard]] Known value() const noexcept { return static_cast<Known>(index()); }
  /// The wire spelling.
  [[nodiscard]] std::string_view name() const noexcept { return spelling(Self::type_info); }

  friend bool operator==(const Self& a, const Self& b) noexcept { return a.same(b); }
  friend bool operator==(const Self& a, Known b) noexcept { return a.value() == b; }
};

}  // namespace codex::protocol
