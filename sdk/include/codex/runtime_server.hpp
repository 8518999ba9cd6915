#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <codex/config.hpp>

namespace codex {

/// How a `RuntimeServer` starts its runtime. An aggregate for designated initialisers.
struct RuntimeServerOptions {
  /// Where it listens: "unix:///path/of/the.sock", whose folder must exist, "unix://" for the
  /// default socket of its CODEX_HOME, or "ws://127.0.0.1:0", where 0 picks a free port. Default: a
  /// socket in a new folder that only this user can enter. A path must be absolute, and nobody may
  /// listen there yet.
  std::optional<std::string> listen = {};

  /// The token that it asks its clients for, on `ws://` only; a `ws://` address that others reach
  /// needs one. Default: none. A unix socket asks for none: the mode of its file guards it.
  std::optional<std::string> bearer_token = {};

  /// As `CodexConfig::codex_bin`.
  std::optional<std::string> codex_bin = {};
  /// As `CodexConfig::config_overrides`. They hold for all clients.
  std::vector<std::string> config_overrides = {};
  /// As `CodexConfig::cwd`.
  std::optional<std::string> cwd = {};
  /// As `CodexConfig::env`.
  std::map<std::string, std::string> env = {};
  /// As `CodexConfig::unset_env`.
  std::vector<std::string> unset_env = {};

  /// How long it may take until it listens, before the constructor throws `TimeoutError`.
  std::chrono::milliseconds startup_timeout = std::chrono::seconds{30};
  /// How long `close` waits after each polite request to end, before it kills the runtime.
  std::chrono::milliseconds shutdown_timeout = std::chrono::seconds{2};

  /// Whether the runtime outlives this object, and also this program however that ends. It has a
  /// session of its own then, and what it writes to stderr goes to `stderr.log` in a folder of its
  /// own, "codex-server-" and letters, below the system's temporary one. `close` still ends it, and
  /// so does a signal to `process_id()` from anywhere: after one SIGTERM it ends with the turns
  /// that run, after two at once. Default: false.
  bool keep_alive = false;
};

/// Starts a runtime that listens, for several clients. The runtime lives as long as this object, or
/// longer: see `RuntimeServerOptions::keep_alive`. Clients come and go, and turns go on without
/// them.
///
/// All members are safe from all threads. After a move, those that are not noexcept throw
/// `CodexError`. A child of fork may
/// destroy its copy: the runtime goes on.
class RuntimeServer {
 public:
  /// Starts the runtime and returns when it listens. Throws `RuntimeNotFoundError` as `Codex` does,
  /// `TimeoutError`, and `CodexError`, which quotes what the runtime said, if it cannot listen
  /// there.
  explicit RuntimeServer(RuntimeServerOptions options = {});
  RuntimeServer(RuntimeServer&&) noexcept;
  /// As the destructor for the one that was there.
  RuntimeServer& operator=(RuntimeServer&&) noexcept;
  /// As `close`, but leaves a runtime that is kept alive.
  ~RuntimeServer();

  /// Where clients attach (`CodexConfig::endpoint`), with the port that was picked.
  [[nodiscard]] const std::string& endpoint() const;
  /// A configuration that attaches to it, with the token.
  [[nodiscard]] CodexConfig config() const;
  /// Whether it runs.
  [[nodiscard]] bool is_open() const noexcept;
  /// The runtime's process. Store it where a runtime is kept alive, to end that later.
  [[nodiscard]] std::int64_t process_id() const;
  /// The last lines that the runtime wrote to stderr, secrets masked.
  [[nodiscard]] std::string stderr_tail() const;

  /// Ends the runtime, and the turns that run. Takes a bounded time: see `shutdown_timeout`.
  void close() noexcept;

 private:
  struct Impl;
  [[nodiscard]] const Impl& impl() const;

  std::shared_ptr<Impl> impl_;
};

}  // namespace codex
