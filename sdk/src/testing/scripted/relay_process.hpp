#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace codex::testing::detail {

/// This process, `codex-scripted-server`: its standard streams, its end, and the connection to the
/// server that directs it.
class RelayProcess {
 public:
  /// Connects to that server, and forwards stdin to it. Nothing if it is gone.
  static std::unique_ptr<RelayProcess> connect(const char* address);

  RelayProcess() = default;
  virtual ~RelayProcess() = default;
  RelayProcess(const RelayProcess&) = delete;
  RelayProcess& operator=(const RelayProcess&) = delete;

  /// All of these bytes from the server. False at its end.
  virtual bool receive(void* data, std::size_t size) = 0;

  virtual bool write_stdout(std::string_view bytes) = 0;
  virtual void write_stderr(std::string_view bytes) = 0;
  virtual void close_stdout() = 0;
  /// So that its writer notices, too.
  virtual void close_stdin() = 0;

  /// Stays when it is asked to end.
  virtual void ignore_shutdown() = 0;
  [[noreturn]] virtual void wait_for_force() = 0;

  [[noreturn]] virtual void leave(int code) = 0;
  /// Ends as by this signal, unless that ends no process.
  virtual void die(int signal) = 0;
};

}  // namespace codex::testing::detail
