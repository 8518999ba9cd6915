#include "number.hpp"

#include <charconv>
#include <system_error>

#include "nearest_double.hpp"

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

Number read_real(const char* begin, const char* end, Number::Kind kind) {
  const auto value = nearest_double(begin, end);
  return value ? Number::of_double(kind, *value) : Number{.kind = Number::Kind::endless};
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
