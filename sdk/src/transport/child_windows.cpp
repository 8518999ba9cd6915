#include "transport/child_windows.hpp"

#include <algorithm>
#include <chrono>

namespace codex::detail {
namespace {

// As those have that the Task Manager ends.
constexpr UINT killed_status = 1;

}  // namespace

DWORD milliseconds_until(TimePoint deadline) noexcept {
  using std::chrono::milliseconds;
  constexpr milliseconds longest = std::chrono::hours{1};
  const auto left = deadline - Clock::now();
  if (left >= longest) return static_cast<DWORD>(longest.count());
  const milliseconds rounded = std::chrono::ceil<milliseconds>(left);
  return static_cast<DWORD>(std::max(rounded, milliseconds::zero()).count());
}

bool Child::has_exited() noexcept {
  if (has_exited_) return true;
  if (::WaitForSingleObject(process_.get(), 0) != WAIT_OBJECT_0) return false;
  DWORD code = 0;
  if (::GetExitCodeProcess(process_.get(), &code) != 0) status_.code = static_cast<int>(code);
  return has_exited_ = true;
}

bool Child::ends_by(TimePoint deadline) noexcept {
  while (!has_exited()) {
    const DWORD left = milliseconds_until(deadline);
    if (left == 0) return false;
    ::WaitForSingleObject(process_.get(), left);
  }
  return true;
}

void Child::kill_all() const noexcept { ::TerminateJobObject(job_.get(), killed_status); }

}  // namespace codex::detail
