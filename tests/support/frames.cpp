#include "support/frames.hpp"

#include <atomic>
#include <new>

#include <codex/async/task.hpp>

// In place of sdk/src/task/frame.cpp, which the linker then leaves in its library:
// test_replacements in tests/CMakeLists.txt.

namespace {
std::atomic<std::ptrdiff_t> alive = 0;
}

void* codex::detail::PromiseBase::operator new(std::size_t size) {
  void* frame = ::operator new(size);
  ++alive;
  return frame;
}

void codex::detail::PromiseBase::operator delete(void* frame) noexcept {
  --alive;
  ::operator delete(frame);
}

std::ptrdiff_t codex::testing::frames_alive() noexcept { return alive; }
