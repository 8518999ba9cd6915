#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include <codex/errors.hpp>
#include <codex/protocol/registry.hpp>
#include <codex/runtime_server.hpp>

#include "mask/describe_output.hpp"
#include "os/temp_dir.hpp"
#include "os/utf8_path.hpp"
#include "runtime/codex_home.hpp"
#include "runtime/endpoint.hpp"
#include "runtime/installation.hpp"
#include "runtime/platform_name.hpp"
#include "runtime/runtime_locator.hpp"
#include "session/bearer_token.hpp"
#include "session/input_check.hpp"
#include "task/owner_process.hpp"
#include "task/start_thread.hpp"
#include "task/thread_signals.hpp"
#include "transport/process.hpp"
#include "transport/text_tail.hpp"
#include "transport/websocket.hpp"

namespace codex {
namespace {

using namespace detail;

constexpr std::string_view websocket_scheme = "ws://";
constexpr std::string_view announcement = "listening on: ";
constexpr std::chrono::milliseconds first_pause{5};
constexpr std::chrono::milliseconds longest_pause{100};

/// A folder for what only this user may see.
std::unique_ptr<TempDir> private_folder() {
  try {
    return std::make_unique<TempDir>("codex-server-");
  } catch (const std::filesystem::filesystem_error& error) {
    throw CodexError(std::string("A RuntimeServer has no folder for its socket: ") + error.what());
  }
}

/// The runtime reads it once, when it starts.
void write_token(const std::filesystem::path& path, const std::string& token) {
  std::ofstream file(path, std::ios::binary);
  if (!(file << token << std::flush)) {
    throw CodexError("The token of a RuntimeServer cannot be written to " + utf8_from_path(path));
  }
}

/// Finds where a runtime says that it listens, in whatever else it writes. Any thread.
class Announcement {
 public:
  void feed(std::string_view text) {
    const std::lock_guard lock(mutex_);
    if (endpoint_) return;
    unread_.append(text);
    const std::size_t begin = unread_.find(announcement);
    const std::size_t end = begin == std::string::npos
                                ? begin
                                : unread_.find_first_of(" \r\n", begin + announcement.size());
    if (end != std::string::npos) {
      const std::size_t word = begin + announcement.size();
      endpoint_ = unread_.substr(word, end - word);
    } else if (begin == std::string::npos && unread_.size() > announcement.size()) {
      unread_.erase(0, unread_.size() - announcement.size());
    }
  }

  [[nodiscard]] std::optional<std::string> endpoint() const {
    const std::lock_guard lock(mutex_);
    return endpoint_;
  }

 private:
  mutable std::mutex mutex_;
  std::string unread_;
  std::optional<std::string> endpoint_;
};

/// What a runtime that outlives this program writes.
class ServerLog {
 public:
  explicit ServerLog(std::filesystem::path path) : path_(std::move(path)) {}

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  void read_on(Announcement& reader) {
    std::ifstream file(path_, std::ios::binary);
    file.seekg(static_cast<std::streamoff>(seen_));
    std::array<char, 4096> chunk{};
    do {
      file.read(chunk.data(), chunk.size());
      const auto size = static_cast<std::size_t>(std::max(file.gcount(), std::streamsize{0}));
      reader.feed({chunk.data(), size});
      seen_ += size;
    } while (file);
  }

  [[nodiscard]] std::string tail() const {
    std::ifstream file(path_, std::ios::binary);
    std::error_code ignored;
    const auto size = std::filesystem::file_size(path_, ignored);
    if (!ignored && size > tail_bytes) file.seekg(static_cast<std::streamoff>(size - tail_bytes));
    TextTail tail;
    tail.append(std::string(std::istreambuf_iterator<char>(file), {}));
    return tail.last_lines();
  }

 private:
  static constexpr std::uintmax_t tail_bytes = std::uintmax_t{16} * 1024;

  const std::filesystem::path path_;
  std::size_t seen_ = 0;
};

}  // namespace

struct RuntimeServer::Impl {
  explicit Impl(RuntimeServerOptions given)
      : options(std::move(given)),
        deadline(deadline_after(Clock::now(), options.startup_timeout)),
        folder(needs_folder() ? private_folder() : nullptr),
        endpoint(first_endpoint()) {
    if (options.keep_alive) log.emplace(folder->path() / "stderr.log");
    InputCheck::config(as_config());
    refuse_taken();
    start();
    try {
      await_listening();
    } catch (...) {
      end();
      throw;
    }
    std::error_code ignored;
    if (options.bearer_token) std::filesystem::remove(token_file(), ignored);
  }
  ~Impl() {
    if (options.keep_alive && is_open()) {
      leave();
    } else {
      end();
      if (!options.listen) remove_socket();
    }
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  [[nodiscard]] bool needs_folder() const {
    return !options.listen || options.bearer_token || options.keep_alive;
  }
  [[nodiscard]] bool is_open() const noexcept { return !has_ended && !is_closing; }

  /// With the whole path of the socket, which clients with another environment understand, too.
  [[nodiscard]] std::string first_endpoint() const {
    if (!options.listen) return "unix://" + utf8_from_path(folder->path() / "runtime.sock");
    const Endpoint parsed = parse_endpoint(*options.listen, environment());
    const bool is_unix = parsed.kind == Endpoint::Kind::unix_socket;
    return is_unix ? "unix://" + parsed.path : *options.listen;
  }
  [[nodiscard]] CodexConfig as_config() const {
    return {.codex_bin = options.codex_bin,
            .config_overrides = options.config_overrides,
            .cwd = options.cwd,
            .env = options.env,
            .unset_env = options.unset_env};
  }

  /// The runtime would end, and clients would get the stranger's.
  void refuse_taken() {
    if (endpoint.starts_with(websocket_scheme)) return;
    if (is_listening()) {
      throw CodexError("A RuntimeServer cannot listen at " + endpoint +
                       ": another runtime does. Attach to that one (CodexConfig::endpoint), or "
                       "choose another path");
    }
  }

  /// When the runtime ends, the target of its link and a lock stay, for the next runtime at that
  /// path. No other runtime gets this path.
  void remove_socket() noexcept {
    if (!owner.is_this() || socket.empty()) return;
    std::error_code ignored;
    std::filesystem::remove(socket, ignored);
    socket += ".lock";
    std::filesystem::remove(socket, ignored);
  }

  [[nodiscard]] std::filesystem::path token_file() const { return folder->path() / "token"; }
  [[nodiscard]] EnvironmentChange environment() const {
    return {.set = options.env, .unset = options.unset_env};
  }

  [[nodiscard]] ProcessOptions process_options() {
    std::vector<std::string> arguments = {"--listen", endpoint};
    if (options.bearer_token) {
      write_token(token_file(), detail::bearer_token({.bearer_token = options.bearer_token}));
      arguments.insert(arguments.end(), {"--ws-auth", "capability-token", "--ws-token-file",
                                         utf8_from_path(token_file())});
    }
    LaunchCommand command = locate_runtime(as_config(),
                                           {.version = std::string(protocol::runtime_version),
                                            .platform = std::string(platform_name()),
                                            .installed_in = utf8_from_path(installed_runtimes())},
                                           arguments);
    make_codex_home(environment(), options.cwd);
    return {.argv = std::move(command.argv),
            .env = std::move(command.env),
            .unset_env = options.unset_env,
            .cwd = options.cwd,
            .reads_stdin = false,
            .shutdown_timeout = options.shutdown_timeout,
            .detached_log = log ? std::optional(utf8_from_path(log->path())) : std::nullopt,
            .on_stderr = [this](std::string_view text) { announced.feed(text); }};
  }

  /// Unless it is kept alive, the process ends with the thread that starts it, so that one waits
  /// for it.
  void start() {
    (void)parse_endpoint(endpoint, environment());
    // Shared: the thread may still be leaving `set_value` when this one goes on.
    const auto started = std::make_shared<std::promise<void>>();
    auto ready = started->get_future();
    thread = start_thread("start a RuntimeServer", [this, started] {
      block_signals_on_this_thread();
      try {
        process = start_process(process_options());
      } catch (...) {
        return started->set_exception(std::current_exception());
      }
      started->set_value();
      try {
        while (!is_closing && !process->wait(TimePoint::max()).ended) {
        }
      } catch (const std::exception&) {  // without memory it ends
      }
      if (is_leaving) return process->leave();
      has_ended = true;
      process->close();
    });
    try {
      ready.get();
    } catch (...) {
      thread.join();
      throw;
    }
  }

  void await_listening() {
    for (auto pause = first_pause;; pause = std::min(2 * pause, longest_pause)) {
      if (has_ended) fail("ended");
      if (is_listening()) return note_socket();
      if (Clock::now() >= deadline) {
        throw TimeoutError("The Codex runtime does not listen at " + endpoint +
                               " in time (RuntimeServerOptions::startup_timeout)" +
                               describe_output("", stderr_tail()),
                           true);
      }
      std::this_thread::sleep_for(pause);
    }
  }

  [[nodiscard]] bool is_listening() {
    if (endpoint.starts_with(websocket_scheme) && !read_port()) return false;
    try {
      const auto probe = connect_websocket({.endpoint = parse_endpoint(endpoint, environment()),
                                            .bearer_token = options.bearer_token.value_or(""),
                                            .deadline = deadline});
      probe->close();
      return true;
    } catch (const TransportClosedError&) {
      return false;
    } catch (const TimeoutError&) {
      return false;  // the caller knows what the runtime said
    }
  }

  void note_socket() {
    if (options.listen) return;
    std::error_code ignored;
    socket = std::filesystem::read_symlink(parse_endpoint(endpoint, environment()).path, ignored);
  }

  /// A port of 0 becomes the one that the runtime says it took.
  [[nodiscard]] bool read_port() {
    if (log) log->read_on(announced);
    const auto said = announced.endpoint();
    if (said) endpoint = *said;
    return said.has_value();
  }

  [[noreturn]] void fail(const std::string& how) {
    end();  // which reads the last of what it said
    throw CodexError("The Codex runtime " + how + " before it listened at " + endpoint +
                     describe_output("", stderr_tail()));
  }

  [[nodiscard]] std::string stderr_tail() const {
    return log ? log->tail() : process->stderr_tail();
  }

  /// The runtime lives on, and its folder with it.
  void leave() noexcept {
    if (!owner.is_this()) return;
    is_leaving = true;
    if (folder) folder->keep();
    end();
  }

  void end() noexcept {
    if (!owner.is_this()) return;
    is_closing = true;
    if (process) process->wake();
    const std::lock_guard lock(join_mutex);
    if (thread.joinable()) thread.join();
  }

  const OwnerProcess owner;
  const RuntimeServerOptions options;
  const TimePoint deadline;               // of its start
  const std::unique_ptr<TempDir> folder;  // where something needs one
  std::optional<ServerLog> log;           // of one that is kept alive
  Announcement announced;
  std::string endpoint;
  std::filesystem::path socket;  // that the link at the endpoint leads to
  std::unique_ptr<ByteStream> process;
  std::atomic<bool> is_closing = false;
  std::atomic<bool> is_leaving = false;
  std::atomic<bool> has_ended = false;
  std::mutex join_mutex;
  std::thread thread;
};

RuntimeServer::RuntimeServer(RuntimeServerOptions options)
    : impl_(share_at_home(new Impl(std::move(options)))) {}
RuntimeServer::RuntimeServer(RuntimeServer&&) noexcept = default;
RuntimeServer& RuntimeServer::operator=(RuntimeServer&&) noexcept = default;
RuntimeServer::~RuntimeServer() = default;

const RuntimeServer::Impl& RuntimeServer::impl() const {
  if (!impl_) throw CodexError("This RuntimeServer was moved from: it has no runtime");
  return *impl_;
}

const std::string& RuntimeServer::endpoint() const { return impl().endpoint; }

CodexConfig RuntimeServer::config() const {
  // CODEX_HOME, for "unix://".
  return {.env = impl().options.env,
          .endpoint = impl().endpoint,
          .bearer_token = impl().options.bearer_token};
}

bool RuntimeServer::is_open() const noexcept { return impl_ && !impl_->has_ended; }

std::int64_t RuntimeServer::process_id() const { return impl().process->process_id().value_or(0); }

std::string RuntimeServer::stderr_tail() const { return impl().stderr_tail(); }

void RuntimeServer::close() noexcept {
  if (impl_) impl_->end();
}

}  // namespace codex
