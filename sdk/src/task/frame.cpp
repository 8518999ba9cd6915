#include <new>

#include <codex/async/task.hpp>

// In a file of its own, which the tests replace to count the frames (tests/support/frames.cpp).
namespace codex::detail {

void* PromiseBase::operator new(std::size_t size) { return ::operator new(size); }
void PromiseBase::operator delete(void* frame) noexcept { ::operator delete(frame); }

}  // namespace codex::detail
