#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include <codex/async/task.hpp>
#include <codex/transport.hpp>

#include "connection/read_rounds.hpp"
#include "connection/request_window.hpp"
#include "connection/router.hpp"
#include "task/outcome.hpp"
#include "task/owner_process.hpp"
#include "task/timers.hpp"
#include "wire/envelope.hpp"
#include "wire/wire_log.hpp"

namespace codex::detail {

class Connection;

/// A request of the server. It wants one answer, `respond` or `respond_error` with its id.
struct ServerRequest {
  std::string id;  // the raw token
  std::string method;
  std::string params;  // JSON text; empty when there are none
  std::string thread_id;
  std::string turn_id;
  std::string item_id = {};
  std::string conversation_id = {};  // what the older requests call their thread
  /// Whether it was too large to keep: the params are an outline then, and it must be refused.
  bool is_abridged = false;
  /// What names it beyond its id, where a connection survives cuts; see `AskedRequests`.
  std::uint64_t ticket = 0;
};

struct ConnectionOptions {
  WindowOptions window = {};
  /// The longest message. Of a longer one, only what `Abridger` leaves is kept.
  std::size_t max_message_bytes = std::size_t{256} * 1024 * 1024;
  /// What each stream of events may hold for slow readers.
  std::size_t event_buffer_bytes = std::size_t{64} * 1024 * 1024;
  /// Whether the runtime was there before, so that nothing about its start can be wrong.
  bool is_attached = false;
  /// A file for all messages; see WireLog.
  std::optional<std::string> wire_log = {};
  /// Takes the server's requests, on the I/O thread: it must be quick, and may answer at once. Not
  /// set: all are refused with -32601.
  std::function<void(Connection&, ServerRequest)> on_server_request = {};
  /// Sees every notification before those who wait for it do, on the I/O thread: it must be quick.
  std::function<void(const std::shared_ptr<const Message>&)> on_notification = {};
  /// Sees every notification and every request of the server first, on the I/O thread. False:
  /// nobody else gets it now; `deliver` may bring it later.
  std::function<bool(const std::shared_ptr<const Message>&)> gate = {};
  /// The ticket of the request that came last under this id, on the I/O thread. Not set: 0.
  std::function<std::uint64_t(std::string_view id)> ticket_of = {};
  /// Calls `send` if an answer to this ticket, which is not 0, is to be sent now, and keeps `kept`
  /// for later. Any thread.
  std::function<void(std::uint64_t ticket, std::string_view kept,
                     const std::function<void()>& send)>
      answer = {};
  /// Told once that the connection is lost or closed, on the thread that finds that out. `failure`:
  /// why, where it was not closed by us.
  std::function<void(const std::optional<Failure>& failure)> on_end = {};
};

/// A conversation with one runtime. It knows neither of waiting nor of awaiting: operations
/// complete by calling their completion. An I/O thread of its own reads, sees to deadlines, and
/// calls completions and the server request hook. Thread-safe. In a child of fork it sends nothing,
/// and neither closes nor frees anything.
class Connection : private Transport::Receiver {
 public:
  /// Runs the factory on the new I/O thread and returns when it is done; throws what it throws.
  /// When the last copy of the pointer goes, the connection is closed.
  static Task<std::shared_ptr<Connection>> start_one(ConnectionOptions options,
                                                     TransportFactory factory);
  /// The same, blocking.
  [[nodiscard]] static std::shared_ptr<Connection> open(ConnectionOptions options,
                                                        TransportFactory factory);

  ~Connection() override = default;
  Connection(const Connection&) = delete;
  Connection(Connection&&) = delete;
  Connection& operator=(const Connection&) = delete;
  Connection& operator=(Connection&&) = delete;

  /// Sends a request, now or when there is room. Its completion is called exactly once, maybe
  /// before this returns: with the result, or with JsonRpcError (the server refused), TimeoutError
  /// (the deadline), CancelledError (the stop token), TransportClosedError (the connection is lost)
  /// or CodexError (it cannot be sent).
  /// Throws TransportClosedError in a child of fork, without calling it.
  void start(Request request) {
    owner_.check();
    window_->start(std::move(request));
  }

  /// Sends a notification. Throws TransportClosedError when the connection is lost.
  void notify(std::string_view method, std::string_view params = {});

  /// Answers a request of the server, named by its id and its ticket. Too late, it does no harm.
  void respond(std::string_view id, std::string_view result, std::uint64_t ticket = 0);
  /// The same with a result that the wire log must not show.
  void respond_in_secret(std::string_view id, std::string_view result, std::uint64_t ticket = 0);
  void respond_error(std::string_view id, std::int64_t code, std::string_view message,
                     std::uint64_t ticket = 0);

  /// The notifications.
  [[nodiscard]] Router& router() noexcept { return *router_; }

  // For those who bring a connection back after a cut, on the I/O thread.

  [[nodiscard]] RequestWindow& window() noexcept { return *window_; }
  /// Brings a notification or a request of the server to those whom it is for.
  void deliver(const std::shared_ptr<const Message>& message);
  /// A message from its text, as if it had come.
  [[nodiscard]] std::shared_ptr<const Message> scan(std::string text) {
    return scanner_.scan(std::move(text));
  }
  /// Sends an answer once more.
  void answer_again(std::string_view line) { send(line); }
  /// Ends the connection for good, for this reason, a sentence.
  void give_up(std::string reason) { broken(std::move(reason)); }

  /// Waits until all that had arrived when this was called is read, and its hooks were called.
  /// False when the deadline comes first, or the connection is lost. Not for the I/O thread.
  [[nodiscard]] bool read_what_arrived(TimePoint deadline) {
    return rounds_.wait(deadline, [this] { transport_->wake(); });
  }

  /// What watches deadlines.
  [[nodiscard]] const std::shared_ptr<Timers>& timers() const noexcept { return timers_; }

  /// Fails all who wait and ends the runtime. Idempotent. Returns when all is done; on the I/O
  /// thread, it only begins.
  void close() noexcept;

  /// Whether this is the thread that calls completions and hooks.
  [[nodiscard]] bool is_io_thread() const noexcept {
    return std::this_thread::get_id() == io_thread_.load();
  }

  /// Whether the conversation is over, for whatever reason.
  [[nodiscard]] bool is_closed() const;

  /// What the runtime wrote to stdout that is no message, secrets masked: what came before the
  /// first one, and a line that has no end yet. Any thread.
  [[nodiscard]] std::string stray_output() const { return transport_->stray_output(); }

  /// The last lines that the runtime wrote to stderr, secrets masked.
  [[nodiscard]] std::string stderr_tail() const { return transport_->stderr_tail(); }

  /// The runtime's process, where it is one.
  [[nodiscard]] std::optional<std::int64_t> process_id() const { return transport_->process_id(); }

 private:
  explicit Connection(ConnectionOptions options);

  // The I/O thread.
  void run(const TransportFactory& factory, const Completion<bool>& started);
  void converse();
  void message(std::string text) override { take(std::move(text), 0); }
  void outline(std::string outline, std::size_t full_size) override {
    take(std::move(outline), full_size);
  }
  void noise(std::string_view text) override;
  void broken(std::string reason) override;
  [[nodiscard]] std::size_t max_message_bytes() const noexcept override {
    return options_.max_message_bytes;
  }
  void take(std::string text, std::size_t full_size);
  void log_received(const Message& message);
  void handle_server_request(const Message& message);
  [[nodiscard]] Failure describe_end();
  [[nodiscard]] Failure failure(std::string reason, const ExitStatus& status = {}) const;
  void fail(const Failure& failure);

  void answer(std::string_view line, std::uint64_t ticket);
  void answer(std::uint64_t ticket, std::string_view kept, const std::function<void()>& send);
  void send(std::string_view line);
  /// Before it is logged: what is in the log was sent.
  void refuse_too_long(std::string_view line) const;
  void log_sent(std::string_view line);
  void close_last() noexcept;

  const OwnerProcess owner_;
  const ConnectionOptions options_;
  const std::unique_ptr<WireLog> wire_log_;
  const std::shared_ptr<Timers> timers_;
  const std::shared_ptr<Router> router_;
  const std::shared_ptr<RequestWindow> window_;

  std::thread thread_;
  std::mutex join_mutex_;
  std::atomic<std::thread::id> io_thread_ = {};
  std::atomic<bool> is_closing_ = false;

  std::unique_ptr<Transport> transport_;
  EnvelopeScanner scanner_;
  bool has_message_ = false;
  ReadRounds rounds_;
  bool is_quiet_ = true;                  // nothing has come in this round
  std::optional<std::string> violation_;  // of the protocol: why the connection is to end

  mutable std::mutex failure_mutex_;
  std::optional<Failure> failure_;
};

}  // namespace codex::detail
