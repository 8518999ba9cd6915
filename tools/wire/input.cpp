#include "input.hpp"

#include <fstream>
#include <iostream>

#include "os/utf8_path.hpp"
#include "printable.hpp"
#include "wire/byte_order_mark.hpp"

namespace codex::wire {
namespace {

enum class Outcome { read, failed, refused };

Outcome read_stream(std::istream& in, const std::string& file,
                    const std::function<void(const std::string& line, std::size_t number)>& take) {
  std::string line;
  for (std::size_t number = 1; std::cout && std::getline(in, line); ++number) {
    if (number == 1 && is_in_other_encoding(file, line)) return Outcome::refused;
    drop_byte_order_mark(line);
    if (!is_blank(line)) take(line, number);
  }
  return in.bad() ? Outcome::failed : Outcome::read;
}

}  // namespace

void drop_byte_order_mark(std::string& line) {
  using codex::detail::byte_order_mark;
  if (line.starts_with(byte_order_mark)) line.erase(0, byte_order_mark.size());
}

bool is_in_other_encoding(const std::string& file, const std::string& first_line) {
  if (!codex::detail::is_utf16(first_line)) return false;
  std::cerr << "codex-wire: " << printable(file)
            << " is UTF-16; convert it to UTF-8: iconv -f UTF-16 -t UTF-8\n";
  return true;
}

bool is_blank(const std::string& line) {
  return line.find_first_not_of(" \t\r") == std::string::npos;
}

bool read_lines(const std::string& file,
                const std::function<void(const std::string& line, std::size_t number)>& take) {
  Outcome outcome = Outcome::failed;
  if (file == "-") {
    outcome = read_stream(std::cin, file, take);
  } else if (std::ifstream in(codex::detail::path_from_utf8(file), std::ios::binary); in) {
    outcome = read_stream(in, file, take);
  }
  if (outcome == Outcome::failed) {
    std::cerr << "codex-wire: cannot read " << printable(file) << '\n';
  }
  return outcome == Outcome::read;
}

}  // namespace codex::wire
