#include "os/random_name.hpp"

#include <random>
#include <string_view>

namespace codex::detail {

std::string random_name() {
  constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuv";
  std::random_device random;
  std::string name(20, ' ');
  for (char& letter : name) letter = digits[random() % digits.size()];
  return name;
}

}  // namespace codex::detail
