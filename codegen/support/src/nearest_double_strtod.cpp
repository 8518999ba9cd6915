#include <clocale>
#include <cmath>
#include <cstdlib>
#include <string>
#if __has_include(<xlocale.h>)
#include <xlocale.h>  // macOS
#endif

#include "nearest_double.hpp"

namespace codex::protocol::detail {

std::optional<double> nearest_double(const char* begin, const char* end) {
  // The host program may have set a locale with a decimal comma.
  static const locale_t plain = ::newlocale(LC_ALL_MASK, "C", nullptr);
  const std::string text(begin, end);
  const double value = ::strtod_l(text.c_str(), nullptr, plain);
  if (std::isinf(value)) return std::nullopt;
  return value;
}

}  // namespace codex::protocol::detail
