#include "transport/open_pipe_windows.hpp"

#include <string>
#include <system_error>
#include <utility>

#include <codex/errors.hpp>

#include "os/private_access_windows.hpp"
#include "os/random_name.hpp"
#include "os/wide_windows.hpp"

namespace codex::detail {
namespace {

constexpr DWORD pipe_bytes = 64 * 1024;

[[noreturn]] void throw_no_pipe(const std::error_code& error) {
  throw CodexError("Cannot start the Codex runtime: no pipe: " + error.message());
}

}  // namespace

Pipe open_pipe(DWORD our_direction) {
  PrivateAccess access;
  if (access.error()) throw_no_pipe(access.error());
  const std::wstring name = L"\\\\.\\pipe\\codex-sdk-" + wide(random_name());
  Handle ours(::CreateNamedPipeW(
      name.c_str(), our_direction | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
      PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS, 1, pipe_bytes,
      pipe_bytes, 0, access.get()));
  if (!ours.is_open()) throw_no_pipe(last_windows_error());
  const DWORD their_access = our_direction == PIPE_ACCESS_OUTBOUND
                                 ? GENERIC_READ | FILE_WRITE_ATTRIBUTES
                                 : GENERIC_WRITE | FILE_READ_ATTRIBUTES;
  Handle theirs(::CreateFileW(name.c_str(), their_access, 0, nullptr, OPEN_EXISTING, 0, nullptr));
  if (!theirs.is_open()) throw_no_pipe(last_windows_error());
  return {.ours = std::move(ours), .theirs = std::move(theirs)};
}

}  // namespace codex::detail
