#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include <doctest/doctest.h>

#include "fuzz/lines.hpp"

TEST_CASE("fuzz: what a runtime may write ends in an answer for everyone who waits") {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(LINES_CORPUS)) {
    CAPTURE(entry.path());
    std::ifstream in(entry.path(), std::ios::binary);
    const std::vector<char> bytes(std::istreambuf_iterator<char>(in), {});
    CHECK_NOTHROW(
        fuzz::feed_lines({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}));
    ++count;
  }
  CHECK(count > 30);
}
