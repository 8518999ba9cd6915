#include <algorithm>
#include <atomic>
#include <exception>
#include <filesystem>
#include <fstream>
#include <future>
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
    throw CodexError("The token of a RuntimeServer cannot be written to " + path.string());
  }
}

}  // namespace

struct RuntimeServer::Impl {
  explicit Impl(RuntimeServerOptions given)
      : options(std::move(given)),
        folder(options.listen && !options.bearer_token ? nullptr : private_folder()),
        endpoint(first_endpoint()) {
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
    end();
    if (!options.listen) remove_socket();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  /// With the whole path of the socket, which clients with another environment understand, too.
  [[nodiscard]] std::string first_endpoint() const {
    if (!options.listen) return "unix://" + (folder->path() / "runtime.sock").string();
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
    if (is_listening(deadline_after(Clock::now(), options.startup_timeout))) {
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

  [[nodiscard]] ProcessOptions process_options() const {
    std::vector<std::string> arguments = {"--listen", endpoint};
    if (options.bearer_token) {
      write_token(token_file(), detail::bearer_token({.bearer_token = options.bearer_token}));
      arguments.insert(arguments.end(),
                       {"--ws-auth", "capability-token", "--ws-token-file", token_file().string()});
    }
    LaunchCommand command = locate_runtime(as_config(),
                                           {.version = std::string(protocol::runtime_version),
                                            .platform = std::string(platform_name()),
                                            .installed_in = installed_runtimes().string()},
                                           arguments);
    make_codex_home(environment(), options.cwd);
    return {.argv = std::move(command.argv),
            .env = std::move(command.env),
            .unset_env = options.unset_env,
            .cwd = options.cwd,
            .reads_stdin = false,
            .shutdown_timeout = options.shutdown_timeout};
  }

  /// The process ends with the thread that starts it, so that one waits for it.
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
    const TimePoint deadline = deadline_after(Clock::now(), options.startup_timeout);
    for (auto pause = first_pause;; pause = std::min(2 * pause, longest_pause)) {
      if (has_ended) fail("ended");
      if (is_listening(deadline)) return note_socket();
      if (Clock::now() >= deadline) {
        throw TimeoutError("The Codex runtime does not listen at " + endpoint +
                               " in time (RuntimeServerOptions::startup_timeout)" +
                               describe_output("", process->stderr_tail()),
                           true);
      }
      std::this_thread::sleep_for(pause);
    }
  }

  [[nodiscard]] bool is_listening(TimePoint deadline) {
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
    const std::string said = process->stderr_tail();
    const std::size_t begin = said.find(announcement);
    if (begin == std::string::npos) return false;
    const std::string_view rest = std::string_view(said).substr(begin + announcement.size());
    endpoint = rest.substr(0, rest.find_first_of(" \r\n"));
    return true;
  }

  [[noreturn]] void fail(const std::string& how) {
    end();  // which reads the last of what it said
    throw CodexError("The Codex runtime " + how + " before it listened at " + endpoint +
                     describe_output("", process->stderr_tail()));
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
  const std::unique_ptr<TempDir> folder;  // where something needs one
  std::string endpoint;
  std::filesystem::path socket;  // that the link at the endpoint leads to
  std::unique_ptr<ByteStream> process;
  std::atomic<bool> is_closing = false;
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

std::string RuntimeServer::stderr_tail() const { return impl().process->stderr_tail(); }

void RuntimeServer::close() noexcept {
  if (impl_) impl_->end();
}

}  // namespace codex
