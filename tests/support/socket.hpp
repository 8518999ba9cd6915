#pragma once

#include <fcntl.h>
#include <sys/socket.h>

#include "os/descriptor.hpp"

namespace codex::testing {

/// A stream socket that blocks and that no program inherits.
inline codex::detail::Descriptor new_socket(int family) {
  codex::detail::Descriptor made(::socket(family, SOCK_STREAM, 0));
  ::fcntl(made.get(), F_SETFD, FD_CLOEXEC);
  return made;
}

}  // namespace codex::testing
