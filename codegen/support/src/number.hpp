#pragma once

#include <cstdint>

namespace codex::protocol::detail {

/// A JSON number as it was written: what is an integer and what is not stays apart.
struct Number {
  enum class Kind : std::uint8_t {
    whole,     // `bits`, not negative
    negative,  // `bits` in two's complement
    big,       // an integer beyond 64 bits, `real` in rounded form
    real,      // with a fraction or an exponent
    endless,   // beyond the range of a double
  };

  Kind kind = Kind::whole;
  std::uint64_t bits = 0;
  double real = 0;

  [[nodiscard]] double as_double() const noexcept {
    if (kind == Kind::whole) return static_cast<double>(bits);
    if (kind == Kind::negative) return static_cast<double>(static_cast<std::int64_t>(bits));
    return real;
  }
};

/// Everything but the short integers: see `parse_number`.
const char* parse_long_number(const char* begin, const char* end, Number& number);

/// Reads the number that starts at `begin`; returns where it ends, or nullptr when there is none in
/// the grammar of JSON.
inline const char* parse_number(const char* begin, const char* end, Number& number) {
  const char* p = begin;
  std::uint64_t bits = 0;
  while (p != end && *p >= '0' && *p <= '9') bits = bits * 10 + static_cast<unsigned>(*p++ - '0');
  const bool is_short = p != begin && p - begin <= 19 && (*begin != '0' || p - begin == 1) &&
                        (p == end || (*p != '.' && (*p | 0x20) != 'e'));
  if (!is_short) return parse_long_number(begin, end, number);
  number.kind = Number::Kind::whole;
  number.bits = bits;
  return p;
}

}  // namespace codex::protocol::detail
