#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "transport/byte_stream.hpp"

namespace codex::detail {

/// A child process to talk to over stdin and stdout.
struct ProcessOptions {
  /// The program and its arguments. A bare program name is looked up in the child's PATH, a
  /// relative path in the current directory of this process.
  std::vector<std::string> argv;
  /// Merged over the environment of this process.
  std::map<std::string, std::string> env = {};
  /// Variables of this process that the child does not inherit.
  std::vector<std::string> unset_env = {};
  std::optional<std::string> cwd = {};
  /// Whether it reads stdin, and ends when that does. A server does not: it ends its turns after
  /// one SIGTERM, and at once after two.
  bool reads_stdin = true;
  /// How long each polite step of closing waits: the end of stdin, then SIGTERM; of a server,
  /// SIGTERM twice.
  std::chrono::milliseconds shutdown_timeout = std::chrono::seconds{2};
  /// For a server that outlives this process: the file that its stdout and stderr are appended to.
  /// It reads nothing, has a session of its own and no parent here.
  std::optional<std::string> detached_log = {};
  /// Sees everything that comes on stderr, on the I/O thread.
  std::function<void(std::string_view)> on_stderr = {};
  /// How many bytes the child may leave unread.
  std::size_t max_outgoing_bytes = std::size_t{256} * 1024 * 1024;
};

/// Starts the process, in its own process group. Unless it is detached, it is killed when the
/// calling thread (Linux) or this process ends, so that it never outlives this process: call this
/// on the I/O thread. Throws RuntimeNotFoundError if there is no such program or it cannot be run,
/// CodexError for other failures.
[[nodiscard]] std::unique_ptr<ByteStream> start_process(const ProcessOptions& options);

}  // namespace codex::detail
