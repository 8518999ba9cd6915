#include "input.hpp"

#include <fstream>
#include <iostream>

#include "printable.hpp"

namespace codex::wire {
namespace {

bool read_stream(std::istream& in,
                 const std::function<void(const std::string& line, std::size_t number)>& take) {
  std::string line;
  for (std::size_t number = 1; std::cout && std::getline(in, line); ++number) {
    if (!is_blank(line)) take(line, number);
  }
  return !in.bad();
}

}  // namespace

bool is_blank(const std::string& line) {
  return line.find_first_not_of(" \t\r") == std::string::npos;
}

bool read_lines(const std::string& file,
                const std::function<void(const std::string& line, std::size_t number)>& take) {
  if (file == "-") {
    if (read_stream(std::cin, take)) return true;
  } else {
    std::ifstream in(file, std::ios::binary);
    if (in && read_stream(in, take)) return true;
  }
  std::cerr << "codex-wire: cannot read " << printable(file) << '\n';
  return false;
}

}  // namespace codex::wire
