#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "bytes.hpp"

namespace codex::protocol::detail {

/// A JSON number as it was written: integers and other numbers stay distinct.
struct Number {
  enum class Kind : std::uint8_t {
    whole,     // an integer, not negative
    negative,  // an integer
    big,       // an integer beyond 64 bits, rounded to a double
    real,      // with a fraction or an exponent: a double
    endless,   // beyond the range of a double
    none,      // not in the grammar of JSON
  };

  Kind kind = Kind::none;
  std::uint64_t bits = 0;  // of the integer, in two's complement, or of the double

  static Number of_double(Kind kind, double value) noexcept {
    return {kind, std::bit_cast<std::uint64_t>(value)};
  }
  [[nodiscard]] std::int64_t as_signed() const noexcept { return static_cast<std::int64_t>(bits); }
  [[nodiscard]] double as_double() const noexcept {
    if (kind == Kind::whole) return static_cast<double>(bits);
    if (kind == Kind::negative) return static_cast<double>(as_signed());
    return std::bit_cast<double>(bits);
  }
};

/// Whether those eight characters are digits.
constexpr bool are_digits(std::uint64_t word) noexcept {
  return ((word & 0xf0f0f0f0f0f0f0f0) |
          (((word + 0x0606060606060606) & 0xf0f0f0f0f0f0f0f0) >> 4)) == 0x3333333333333333;
}
/// Their number, the first one the highest: neighbours are put together, pair by pair.
constexpr std::uint64_t eight_digits(std::uint64_t word) noexcept {
  word = (word & 0x0f0f0f0f0f0f0f0f) * (10 * 0x100 + 1) >> 8;
  word = (word & 0x00ff00ff00ff00ff) * (100 * 0x10000 + 1) >> 16;
  return (word & 0x0000ffff0000ffff) * (10000 * 0x100000000 + 1) >> 32;
}

/// Parses everything but short integers: see `parse_number`.
Number parse_long_number(const char* begin, const char* end);

/// Parses the whole text as a number.
inline Number parse_number(const char* begin, const char* end) {
  const char* p = begin;
  std::uint64_t bits = 0;
  if (end - p >= 8 && are_digits(little_word<std::uint64_t>(p))) {  // usually a time
    bits = eight_digits(little_word<std::uint64_t>(p));
    p += 8;
  }
  while (p != end && *p >= '0' && *p <= '9') bits = bits * 10 + static_cast<unsigned>(*p++ - '0');
  const std::ptrdiff_t size = end - begin;
  const bool is_short = p == end && size <= 19 && (*begin != '0' || size == 1);
  return is_short ? Number{Number::Kind::whole, bits} : parse_long_number(begin, end);
}

}  // namespace codex::protocol::detail
