// Prints what it reads as `codex::printable` makes it: for printable_test.py.

#include <iostream>
#include <iterator>
#include <string>

#include <codex/printable.hpp>

int main() {
  const std::string text(std::istreambuf_iterator<char>(std::cin), {});
  std::cout << codex::printable(text);
}
