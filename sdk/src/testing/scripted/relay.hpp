#pragma once

#include <cstddef>
#include <cstdint>

namespace codex::testing::detail {

// How a scripted server directs `codex-scripted-server`, the process that stands in for it: over a
// socket, from the process to the server what comes in at stdin, as it is; the other way commands,
// each a header and so many bytes. Both ends run on one machine. On Windows the process sends first
// the password that is part of its argument.

enum class RelayCommand : std::uint32_t {
  write_stdout,
  write_stderr,
  close_stdout,
  close_stdin,
  ignore_shutdown,
  exit,  // the bytes: an int, the code
  die,   // the bytes: an int, the signal
};

struct RelayHeader {
  RelayCommand command;
  std::uint32_t size;
};

}  // namespace codex::testing::detail
