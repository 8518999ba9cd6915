#include <cstddef>
#include <cstdint>

#include "fuzz/lines.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::feed_lines({data, size});
  return 0;
}
