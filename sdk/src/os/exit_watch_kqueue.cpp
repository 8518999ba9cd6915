// macOS and the BSDs.

#include <sys/types.h>
//
#include <sys/event.h>
#include <unistd.h>

#include "os/descriptors.hpp"
#include "os/platform.hpp"

namespace codex::detail {

// The queue itself becomes readable. No event of a process that has already ended: the caller then
// looks from time to time, as without a watch.
int open_exit_watch(pid_t process) noexcept {
  const int queue = above_standard_streams(::kqueue());
  if (queue < 0) return -1;
  struct kevent exit {};
  EV_SET(&exit, process, EVFILT_PROC, EV_ADD, NOTE_EXIT, 0, nullptr);
  if (::kevent(queue, &exit, 1, nullptr, 0, nullptr) == 0) return queue;
  ::close(queue);
  return -1;
}

}  // namespace codex::detail
