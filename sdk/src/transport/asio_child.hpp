#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "transport/link.hpp"
#include "transport/process.hpp"

namespace codex::detail {

/// A child process whose pipes a loop of Asio reads and writes. At most one operation on each at a
/// time.
class AsioChild {
 public:
  /// Throws as `start_process` does.
  AsioChild(boost::asio::io_context& loop, const ProcessOptions& options);
  ~AsioChild();
  AsioChild(const AsioChild&) = delete;
  AsioChild(AsioChild&&) = delete;
  AsioChild& operator=(const AsioChild&) = delete;
  AsioChild& operator=(AsioChild&&) = delete;

  void read_stdout(boost::asio::mutable_buffer buffer, Done done);
  void read_stderr(boost::asio::mutable_buffer buffer, Done done);
  /// Succeeds where the child reads nothing more.
  void write_stdin(boost::asio::const_buffer buffer, Done done);

  void close_stdin() noexcept;
  /// A read of stdout that waits ends.
  void cancel_stdout() noexcept;

  /// Waits for its end, and passes on what is left of its stderr, if no read takes it.
  void await_exit(TimePoint deadline, const std::function<void(std::string_view)>& on_stderr);
  [[nodiscard]] const ExitStatus& status() const noexcept;

  /// Ends it, first politely, then by force. Takes a bounded time.
  void end() noexcept;

 private:
  struct Impl;

  const std::unique_ptr<Impl> impl_;
};

}  // namespace codex::detail
