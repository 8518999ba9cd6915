#include "number.hpp"

#include <charconv>
#include <cstddef>
#include <system_error>

namespace codex::protocol::detail {

namespace {

bool is_digit(const char* p, const char* end) { return p != end && *p >= '0' && *p <= '9'; }

const char* skip_digits(const char* p, const char* end) {
  while (is_digit(p, end)) ++p;
  return p;
}

struct Shape {
  const char* end = nullptr;  // nullptr: not a number
  bool whole = true;
};

Shape scan(const char* p, const char* end) {
  if (p != end && *p == '-') ++p;
  if (!is_digit(p, end)) return {};
  Shape shape{.end = *p == '0' ? p + 1 : skip_digits(p, end)};
  if (is_digit(shape.end, end)) return {};  // 01
  if (shape.end != end && *shape.end == '.') {
    if (!is_digit(shape.end + 1, end)) return {};
    shape = {skip_digits(shape.end + 1, end), false};
  }
  if (shape.end != end && (*shape.end == 'e' || *shape.end == 'E')) {
    p = shape.end + 1;
    if (p != end && (*p == '+' || *p == '-')) ++p;
    if (!is_digit(p, end)) return {};
    shape = {skip_digits(p, end), false};
  }
  return shape;
}

/// Whether a number does not fit a double because it is too close to zero: its first nonzero digit
/// is after the decimal point.
bool is_tiny(const char* p, const char* end) {
  if (*p == '-') ++p;
  const char* exponent = p;
  while (exponent != end && (*exponent | 0x20) != 'e') ++exponent;
  int power = 0;
  if (exponent != end) {
    const char* digits = exponent + (exponent[1] == '+' ? 2 : 1);
    if (std::from_chars(digits, end, power).ec != std::errc()) return *digits == '-';
  }
  std::ptrdiff_t place = power;
  if (*p != '0') return place + (skip_digits(p, exponent) - p) <= 0;
  for (const char* q = p + 2; q < exponent && *q == '0'; ++q) --place;
  return place <= 0;
}

Number read_real(const char* begin, const char* end, Number::Kind kind) {
  double value = 0;
  if (std::from_chars(begin, end, value).ec != std::errc::result_out_of_range) {
    return Number::of_double(kind, value);
  }
  if (!is_tiny(begin, end)) return {.kind = Number::Kind::endless};
  return Number::of_double(kind, *begin == '-' ? -0.0 : 0.0);
}

}  // namespace

Number parse_long_number(const char* begin, const char* end) {
  const Shape shape = scan(begin, end);
  if (shape.end != end) return {};
  if (shape.whole && *begin == '-') {
    std::int64_t value = 0;
    if (std::from_chars(begin, end, value).ec == std::errc()) {
      return {Number::Kind::negative, static_cast<std::uint64_t>(value)};
    }
  } else if (shape.whole) {
    std::uint64_t value = 0;
    if (std::from_chars(begin, end, value).ec == std::errc()) return {Number::Kind::whole, value};
  }
  return read_real(begin, end, shape.whole ? Number::Kind::big : Number::Kind::real);
}

}  // namespace codex::protocol::detail
