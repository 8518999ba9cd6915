#include "benchmarks/allocations.hpp"

#include <cstdlib>
#include <new>

namespace {
std::uint64_t count = 0;  // benchmarks run on one thread
}

void* operator new(std::size_t size) {
  ++count;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace codex::benchmarks {
std::uint64_t allocations() noexcept { return count; }
}  // namespace codex::benchmarks
