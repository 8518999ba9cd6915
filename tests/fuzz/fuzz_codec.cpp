#include <cstddef>
#include <cstdint>

#include "fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::check({data, size});
  return 0;
}
