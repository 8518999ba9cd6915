#include <codex/printable.hpp>

#include "text/printable.hpp"

namespace codex {

std::string printable(std::string_view text) {
  std::string out;
  while (true) {
    const std::size_t end = text.find_first_of("\n\t");
    out += detail::printable(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    out += text[end];
    text.remove_prefix(end + 1);
  }
}

std::string printable_line(std::string_view text) { return detail::printable(text); }

}  // namespace codex
