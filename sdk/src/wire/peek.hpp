#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace codex::detail {

/// A value within JSON text, found by a scan: it builds no tree, and nesting costs no stack. What
/// it passes over is not validated. Lives as long as the text.
///
///     Peek(result)["thread"]["id"].text()
class Peek {
 public:
  /// Not there.
  Peek() = default;
  /// The value that the text begins with.
  explicit Peek(std::string_view text);

  /// That member; of a repeated one the last, as for `decode`. Not there if this is no object.
  [[nodiscard]] Peek operator[](std::string_view name) const;

  /// As it stands in the text; empty if it is not there.
  [[nodiscard]] std::string_view raw() const noexcept { return raw_; }

  /// Whether it is there, and not null.
  [[nodiscard]] explicit operator bool() const noexcept { return !raw_.empty() && raw_ != "null"; }
  [[nodiscard]] bool is_object() const noexcept { return raw_.starts_with('{'); }
  [[nodiscard]] bool is_array() const noexcept { return raw_.starts_with('['); }
  [[nodiscard]] bool is_string() const noexcept { return raw_.starts_with('"'); }
  /// Whether it is this string.
  [[nodiscard]] bool is(std::string_view text) const { return is_string() && this->text() == text; }

  /// The string that it is; empty for anything else.
  [[nodiscard]] std::string text() const;
  /// The integer that it is, written without fraction or exponent.
  [[nodiscard]] std::optional<std::int64_t> integer() const;

  /// The members of an object by name, or the elements of an array without names.
  [[nodiscard]] std::vector<std::pair<std::string, Peek>> members() const;
  /// The same without names. A string, a number or a boolean is its own only element.
  [[nodiscard]] std::vector<Peek> elements() const;

 private:
  template <class Visit>
  void walk(Visit visit) const;

  std::string_view raw_;
};

/// The JSON text with this raw JSON as the value at the path, a list of members. Objects that are
/// missing on the way are added.
[[nodiscard]] std::string with_value(std::string_view text,
                                     const std::vector<std::string_view>& path,
                                     std::string_view value);

}  // namespace codex::detail
