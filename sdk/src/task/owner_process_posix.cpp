#include <pthread.h>
#include <string>
#include <string_view>

#include <codex/async/task.hpp>
#include <codex/errors.hpp>

#include "task/owner_process.hpp"

namespace codex::detail {
namespace {

void count_fork() { Forks::count.fetch_add(1, std::memory_order_relaxed); }

// Not by getpid, which is a system call for each event; the child only does one addition.
std::uint32_t forks_so_far() noexcept {
  [[maybe_unused]] static const int watched = ::pthread_atfork(nullptr, nullptr, count_fork);
  return Forks::count.load(std::memory_order_relaxed);
}

}  // namespace

OwnerProcess::OwnerProcess() noexcept : forks_(forks_so_far()) {}

bool OwnerProcess::is_this() const noexcept {
  return forks_ == Forks::count.load(std::memory_order_relaxed);
}

void OwnerProcess::check(std::string_view what) const {
  if (is_this()) return;
  const std::string name(what);
  throw TransportClosedError("This " + name +
                             " belongs to the process that made it, and this is a child of fork, "
                             "which needs its own " +
                             name);
}

}  // namespace codex::detail
