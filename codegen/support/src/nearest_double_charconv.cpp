#include <algorithm>
#include <charconv>
#include <cstddef>
#include <system_error>

#include "nearest_double.hpp"

namespace codex::protocol::detail {
namespace {

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
  if (*p != '0') return place + (std::find(p, exponent, '.') - p) <= 0;
  for (const char* q = p + 2; q < exponent && *q == '0'; ++q) --place;
  return place <= 0;
}

}  // namespace

std::optional<double> nearest_double(const char* begin, const char* end) {
  double value = 0;
  if (std::from_chars(begin, end, value).ec != std::errc::result_out_of_range) return value;
  if (!is_tiny(begin, end)) return std::nullopt;
  return *begin == '-' ? -0.0 : 0.0;
}

}  // namespace codex::protocol::detail
