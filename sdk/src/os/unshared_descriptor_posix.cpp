#include <mutex>
#include <pthread.h>
#include <unistd.h>
#include <vector>

#include "os/unshared_descriptor.hpp"

namespace codex::detail {
namespace {

/// The numbers that a child of fork closes. fork waits for the lock, so that a number in the list
/// is open in the child, and for the same file.
class UnsharedNumbers {
 public:
  static UnsharedNumbers& of_this_process() {
    static auto* const numbers = new UnsharedNumbers;  // a fork may happen after all destructors
    return *numbers;
  }

  void add(int number) {
    const std::lock_guard lock(mutex_);
    numbers_.push_back(number);
  }

  void close(Descriptor& descriptor) noexcept {
    const std::lock_guard lock(mutex_);
    std::erase(numbers_, descriptor.get());
    descriptor.reset();
  }

 private:
  UnsharedNumbers() {
    ::pthread_atfork([] { of_this_process().mutex_.lock(); },
                     [] { of_this_process().mutex_.unlock(); },
                     [] { of_this_process().close_all_in_child(); });
  }

  void close_all_in_child() noexcept {
    for (const int number : numbers_) ::close(number);
    numbers_.clear();
    mutex_.unlock();
  }

  std::mutex mutex_;
  std::vector<int> numbers_;
};

}  // namespace

UnsharedDescriptor::UnsharedDescriptor(Descriptor descriptor) : descriptor_(std::move(descriptor)) {
  if (is_open()) UnsharedNumbers::of_this_process().add(get());
}

void UnsharedDescriptor::reset() noexcept {
  if (is_open()) UnsharedNumbers::of_this_process().close(descriptor_);
}

}  // namespace codex::detail
