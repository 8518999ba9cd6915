#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include <doctest/doctest.h>

#include <codex/protocol/registry.hpp>

#include "fuzz/input.hpp"

namespace law {
namespace {

TEST_CASE("fuzz: what the fuzzer has found interesting keeps the law") {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(FUZZ_CORPUS)) {
    CAPTURE(entry.path());
    std::ifstream in(entry.path(), std::ios::binary);
    const std::vector<char> bytes(std::istreambuf_iterator<char>(in), {});
    fuzz::check({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    ++count;
  }
  CHECK(count > 100);
}

TEST_CASE("fuzz: the first three bytes pick every type") {
  for (const auto* type : codex::protocol::types()) {
    CHECK(&fuzz::type_of(fuzz::key_of(type->name)) == type);
  }
}

}  // namespace
}  // namespace law
