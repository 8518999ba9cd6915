#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <codex/handlers.hpp>
#include <codex/transport.hpp>

namespace codex {

/// What to do about a runtime of another version than the one that this SDK was made for.
/// docs/skew.md says what works across versions. Runtimes older than 0.131.0 are always refused.
enum class RuntimeMismatch : std::uint8_t {
  accept,  ///< Nothing.
  warn,    ///< Continue; `Metadata::runtime_warning` names both versions.
  refuse,  ///< The constructor throws `CodexError`, before any request but the handshake's.
};

/// What becomes of a request of the runtime that no handler takes.
enum class Unhandled : std::uint8_t {
  refuse,  ///< It is refused, so nothing waits for an answer.
  leave,   ///< It gets no answer: another client of the runtime has it.
};

/// What became of the connection to the runtime.
enum class ConnectionState : std::uint8_t {
  lost,  ///< It was cut, and the client connects again. Calls wait; turns go on when it is back.
  restored,  ///< It is back, and threads and turns go on.
  gone,      ///< It is lost for good: the runtime ended, or broke the protocol.
};

/// A change of the connection to the runtime.
struct ConnectionChange {
  /// What became of it.
  ConnectionState state = ConnectionState::gone;
  /// Why it was lost; of one that is gone, the text of the `TransportClosedError` that calls throw
  /// from now on. Empty for `restored`. Secrets are masked.
  std::string reason{};
};

/// How a client goes on when its connection is cut. It connects again, resumes its threads, and
/// brings each turn to what the runtime has of it: the turn ends in the same `TurnResult`, and its
/// stream sums up to the same text. docs/guide/attach.md says what cannot be had back.
struct Reconnect {
  /// How often it tries to connect before the connection is gone; the count begins anew after a
  /// connection of 10 s. 0: never. Default: any number of times at an `endpoint`, and 0 for a
  /// runtime of the client's own and for a `transport`. For a runtime of its own it means to start
  /// that again and to resume the threads.
  std::optional<int> max_attempts = {};

  /// How long it waits before the first attempt. Each later wait is twice as long.
  std::chrono::milliseconds initial_delay = std::chrono::milliseconds{100};
  /// The longest wait between two attempts.
  std::chrono::milliseconds max_delay = std::chrono::seconds{5};

  /// A runtime at an `endpoint` that is silent for so long is asked for a sign of life. Without one
  /// in the same time again, the connection counts as cut. It applies without attempts, too.
  std::chrono::milliseconds ping_interval = std::chrono::seconds{15};

  /// How long after the cut it stops trying, whatever `max_attempts` says.
  std::chrono::milliseconds give_up_after = std::chrono::minutes{10};
};

/// How a `Codex` finds, starts, talks to and ends its runtime. An aggregate for designated
/// initialisers; every member has a usable default.
struct CodexConfig {
  /// The runtime binary to start. Default: the pinned runtime, below the folder that the variable
  /// CODEX_SDK_RUNTIME_DIR names, else next to the installed SDK (`libexec/codex-sdk/runtime`),
  /// else where `codex-fetch-runtime` (`tools/fetch_runtime`) installs it,
  /// `~/.cache/codex-sdk/runtime`. A path that does not exist throws `RuntimeNotFoundError`; PATH
  /// is never searched.
  std::optional<std::string> codex_bin = {};

  /// The whole command line of the runtime, program first. Replaces `codex_bin` and
  /// `config_overrides`. Every user of the machine can read it: put no secrets here. Text that a
  /// wrapper prints to stdout before the runtime's first message is skipped. Default: empty, which
  /// means "build it from the other members".
  std::vector<std::string> launch_args_override = {};

  /// Settings for the runtime as `key=value` (the value is TOML), each passed as `--config`, in
  /// order. Every user of the machine can read a command line, so a setting that looks like a
  /// secret throws `CodexError`. Put a secret into `env`, with the setting that names its variable
  /// (`env_key` of a model provider; `bearer_token_env_var`, `env_http_headers` or `env_vars` of an
  /// MCP server), into `ThreadStartOptions::config`, or into the private `config.toml` of a
  /// CODEX_HOME.
  std::vector<std::string> config_overrides = {};

  /// The runtime's working directory. Default: that of this process.
  std::optional<std::string> cwd = {};

  /// Environment variables for the runtime, merged over those of this process. Put secrets here:
  /// only this user and root can read them, and the agent's commands as far as
  /// `shell_environment_policy` lets them. If the folder that CODEX_HOME names, here or in this
  /// process, is missing, the SDK makes it with mode 0700, but not for a `launch_args_override`.
  std::map<std::string, std::string> env = {};

  /// Variables of this process that the runtime does not inherit, by exact name: keys that it must
  /// not see, or shell settings that are not meant for it. Without `PATH` it gets the system's
  /// default. Default: none. A name that `env` also sets throws `CodexError`.
  std::vector<std::string> unset_env = {};

  /// A CODEX_HOME of the app's own: its threads, its `config.toml`, its login; an absolute path. As
  /// CODEX_HOME in `env`, which must not name another one (`CodexError`). Default: the user's.
  std::optional<std::string> home = {};

  /// Whether the app's own `home` takes over the user's login: if it has no `auth.json`, that of
  /// the user's CODEX_HOME is copied at the start, with mode 0600. Without one there, nothing
  /// happens. A login with ChatGPT has tokens that are renewed now and then, and only one of two
  /// copies stays valid: for an app that runs for days beside others, log in with the app instead.
  /// Needs `home`, and no `launch_args_override` or `transport` (`CodexError`). Default: the app
  /// logs in by itself.
  bool take_login = false;

  /// How the client introduces itself to the runtime (`initialize`, `clientInfo`).
  std::string client_name = "codex_cpp_sdk";
  /// The same for people.
  std::string client_title = "Codex C++ SDK";
  /// Default: the version of this SDK.
  std::string client_version = {};

  /// Opts in to methods and members that the protocol marks as experimental. Without it, using one
  /// throws `UnsupportedError`, and nothing is sent.
  bool experimental_api = true;

  /// Answers to the runtime's requests to its client: approvals, questions, tool calls. Default:
  /// all are refused.
  Handlers handlers = {};

  /// What becomes of a request that no handler takes. Default: `refuse`, and `leave` at an
  /// `endpoint`, where the first answer counts for all clients.
  std::optional<Unhandled> unhandled = {};

  /// How long a handler may take. After that the request is refused, and a later answer is dropped.
  /// The default leaves time to ask a person.
  std::chrono::milliseconds handler_timeout = std::chrono::minutes{10};

  /// Called when a client that has started loses its connection, gets it back (`reconnect`), or
  /// loses it for good, but not for `close`: one call at a time, in order. It runs on a thread of
  /// the SDK and may take its time, to start another client for example. The SDK ignores its
  /// exceptions. Default: none.
  std::function<void(const ConnectionChange&)> on_connection = {};

  /// How long start and handshake may take before the constructor throws `TimeoutError`, which
  /// quotes what the program wrote instead of an answer.
  std::chrono::milliseconds startup_timeout = std::chrono::seconds{30};

  /// The deadline of each request that has none of its own.
  std::chrono::milliseconds request_timeout = std::chrono::seconds{60};

  /// How long `close` waits for the runtime to end by itself, and again after SIGTERM, before the
  /// next harder step.
  std::chrono::milliseconds shutdown_timeout = std::chrono::seconds{2};

  /// Notifications that the runtime need not send, by exact method name.
  std::vector<std::string> opt_out_notification_methods = {};

  /// A file that logs every message of both directions, one JSON object per line, with recognisable
  /// secrets masked: docs/guide/login.md. Made with mode 0600 if missing, else appended to. A
  /// symbolic link, anything but a regular file, a file of another user, with a second hard link or
  /// with a wider mode throws `CodexError`. Default: none.
  std::optional<std::string> wire_log = {};

  /// Unread events that one turn, or the connection's own stream, may hold, in bytes. Past it the
  /// oldest deltas are dropped; the stream's `dropped()` counts them. While no stream of the
  /// connection is open, that holds 4 MiB at most.
  std::size_t event_buffer_bytes = std::size_t{64} * 1024 * 1024;

  /// The longest message that the runtime may send, in bytes. Of a longer one little is kept: as
  /// the answer to a call it is that call's `MessageTooLargeError`, a notification is dropped and
  /// counted, and a request is refused. The connection goes on.
  std::size_t max_message_bytes = std::size_t{256} * 1024 * 1024;

  /// Where a runtime listens, to attach to it instead of starting one: "unix:///path/of/the.sock",
  /// "unix://" for the default socket of CODEX_HOME, "ws://host:port", "wss://host" where TLS ends
  /// in front of the runtime, or "ssh://user@host:port/path/of/the.sock" on another machine, of
  /// which only the host is necessary. `close` disconnects and
  /// leaves the runtime alone. Members that start a runtime have no effect then (`codex_bin`,
  /// `config_overrides`, `cwd`), and paths are the runtime's: they are not checked here. Default:
  /// none. docs/guide/attach.md says more.
  std::optional<std::string> endpoint = {};

  /// The token that the runtime at `endpoint` asks for (`--ws-auth`), a capability token or a
  /// signed one. Default: none. It is in no log and no error, and a `ws://` connection does not
  /// encrypt it. At most one of these three.
  std::optional<std::string> bearer_token = {};
  /// A file whose content is the token; blanks around it do not count. It is read at each start.
  std::optional<std::string> bearer_token_file = {};
  /// The variable of this process that has the token.
  std::optional<std::string> bearer_token_env_var = {};

  /// A file of certificates (PEM): the authorities that a `wss://` endpoint may be certified by,
  /// and no others. Default: the system's, and those of the variable SSL_CERT_FILE. The certificate
  /// and its host name are always checked.
  std::optional<std::string> ca_file = {};

  /// The ssh program for an `ssh://` endpoint, with arguments of its own, such as `{"ssh", "-F",
  /// "/path/of/config"}`. It must take OpenSSH's arguments, and is started without a shell, with
  /// `env` and `unset_env`. ~/.ssh/config applies, and nothing is asked on the terminal.
  std::vector<std::string> ssh_command = {"ssh"};

  /// The runtime's program on the host of an `ssh://` endpoint, with arguments of its own, such as
  /// `{"env", "CODEX_HOME=/srv/codex", "/opt/codex"}`. Each is quoted for the POSIX shell there, so
  /// no `~` or variable is replaced; a relative path starts in the user's home.
  std::vector<std::string> remote_codex = {"codex"};
  /// How the client goes on when its connection is cut. Default: it does where there is an
  /// `endpoint`; elsewhere the connection is gone.
  Reconnect reconnect = {};

  /// Makes the transport to a runtime that is reached in a way of the app's own; then none is
  /// started, see `codex::Transport`. `codex::testing::ScriptedServer::memory_config` sets it.
  /// Default: none.
  TransportFactory transport = {};

  /// Whether a runtime of another version than `sdk_version()` is accepted, warned about or
  /// refused. Only `endpoint`, `codex_bin`, `launch_args_override` and `transport` lead to
  /// one.
  RuntimeMismatch runtime_mismatch = RuntimeMismatch::warn;
};

}  // namespace codex
