#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <sys/types.h>
#include <thread>
#include <vector>

#include "testing/temp_dir.hpp"
#include "transport/byte_stream.hpp"

namespace codex::testing {

/// Runs a program to its end; throws what it wrote if that is no success.
std::string run_program(const std::vector<std::string>& argv);

/// A server program, which ends with this object and with this process.
class Daemon {
 public:
  explicit Daemon(std::vector<std::string> argv);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  [[nodiscard]] bool has_ended() const { return has_ended_; }
  [[nodiscard]] pid_t pid() const;
  [[nodiscard]] std::string said() const { return process_->stderr_tail(); }

 private:
  std::unique_ptr<codex::detail::ByteStream> process_;
  std::atomic<bool> has_ended_ = false;
  std::atomic<bool> is_closing_ = false;
  std::thread thread_;
};

/// A server program that was told a free port, and listens there.
struct Listening {
  std::unique_ptr<Daemon> daemon;
  int port = 0;
};

/// `command` makes the program's for a port. Throws what it wrote if it does not listen.
Listening listen_somewhere(const std::function<std::vector<std::string>(int port)>& command);

/// OpenSSH's server on this machine, for this user and a key of its own.
class SshServer {
 public:
  /// `settings`: more lines for its sshd_config.
  explicit SshServer(const std::string& settings = {});

  /// For CodexConfig.
  [[nodiscard]] std::string endpoint(const std::string& socket = {}) const;
  [[nodiscard]] std::vector<std::string> command() const;
  /// The same with more settings for ssh, which come first.
  [[nodiscard]] std::vector<std::string> command(const std::string& settings) const;
  [[nodiscard]] std::filesystem::path folder() const { return folder_.path(); }

  /// Kills what serves its clients, and nothing of theirs.
  void cut() const;

 private:
  const detail::TempDir folder_{"codex-sshd-"};
  Listening sshd_;
};

/// A TLS end in front of a port of this machine.
class TlsEnd {
 public:
  /// The names that its certificate is for, as OpenSSL writes them.
  explicit TlsEnd(const std::string& port, const std::string& names = "DNS:localhost,IP:127.0.0.1",
                  int days = 2);

  [[nodiscard]] int port() const { return stunnel_.port; }
  /// The certificate of its authority.
  [[nodiscard]] std::string ca_file() const { return (folder_.path() / "ca.pem").string(); }

 private:
  void make_certificate(const std::string& names, int days) const;

  const detail::TempDir folder_{"codex-tls-"};
  Listening stunnel_;
};

}  // namespace codex::testing
