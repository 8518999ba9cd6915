#include "connection/connection.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "mask/describe_output.hpp"
#include "mask/mask.hpp"
#include "task/operation.hpp"
#include "task/thread_signals.hpp"
#include "wire/compose.hpp"

namespace codex::detail {
namespace {

WindowOptions window_options(const ConnectionOptions& options) {
  WindowOptions window = options.window;
  window.max_response_bytes = options.max_message_bytes;
  return window;
}

/// For a program that has sent no message: what it wrote instead is all that there is to go by.
std::string advice_for_start(std::string_view stdout_text, std::string_view stderr_tail) {
  return "It sent no message: check CodexConfig::codex_bin and launch_args_override." +
         describe_output(stdout_text, stderr_tail);
}

/// For a runtime that worked. Its log is of other things, unless it has failed by itself.
std::string advice_after_messages(const ExitStatus& status, std::string_view stderr_tail) {
  const bool failed_by_itself = status.code.value_or(0) != 0;
  return "Make a new client and resume the threads; stderr_tail() has what the runtime wrote "
         "last." +
         (failed_by_itself ? describe_output({}, stderr_tail) : std::string());
}

std::unique_ptr<WireLog> open_wire_log(const std::optional<std::string>& path) {
  if (!path) return nullptr;
  return std::make_unique<WireLog>(*path);
}

}  // namespace

Connection::Connection(ConnectionOptions options)
    : options_(std::move(options)),
      wire_log_(open_wire_log(options_.wire_log)),
      timers_(std::make_shared<Timers>([this] { transport_->wake(); })),
      router_(std::make_shared<Router>(options_.event_buffer_bytes, timers_)),
      window_(std::make_shared<RequestWindow>(window_options(options_), timers_,
                                              [this](std::string_view line) { send(line); })) {}

Task<std::shared_ptr<Connection>> Connection::start_one(ConnectionOptions options,
                                                        TransportFactory factory) {
  // The thread shares the connection, so that it may be the one that lets go of it last.
  std::shared_ptr<Connection> shared(new Connection(std::move(options)));
  const auto start = [&](const Completion<bool>& started, const std::stop_token&) {
    try {
      shared->thread_ = std::thread([shared, factory, started] { shared->run(factory, started); });
    } catch (const std::system_error& error) {
      throw CodexError(std::string("Cannot start the Codex runtime: there is no thread for it: ") +
                       error.what());
    }
  };
  OperationTerms<bool> terms{.heeds_context = false};
  try {
    co_await operation<bool>(start, std::move(terms));
  } catch (...) {
    if (shared->thread_.joinable()) shared->thread_.join();
    throw;
  }
  // Lets go by itself: a deleter lives on for as long as there are weak pointers.
  const auto let_go = [shared, owner = OwnerProcess()](Connection*) mutable {
    if (!owner.is_this()) return (void)new auto(std::move(shared));  // left alone
    shared->close_last();
    shared.reset();
  };
  co_return std::shared_ptr<Connection>(shared.get(), let_go);
}

std::shared_ptr<Connection> Connection::open(ConnectionOptions options, TransportFactory factory) {
  return sync_wait(start_one(std::move(options), std::move(factory)));
}

void Connection::notify(std::string_view method, std::string_view params) {
  owner_.check();
  const std::string line = notification_line(method, params);
  {
    const std::lock_guard lock(failure_mutex_);
    if (failure_) std::rethrow_exception(failure_->exception());
  }
  send(line);
}

void Connection::respond(std::string_view id, std::string_view result, std::uint64_t ticket) {
  answer(response_line(id, result), ticket);
}

void Connection::respond_in_secret(std::string_view id, std::string_view result,
                                   std::uint64_t ticket) {
  if (!owner_.is_this()) return;
  // The secret is not kept for a runtime that asks again after a cut: it gets this refusal.
  const std::string refusal = error_line(id, -32603, "The connection was cut");
  answer(ticket, refusal, [&] {
    const std::string line = response_line(id, result);
    refuse_too_long(line);
    log_sent(response_line(id, R"("***")"));
    transport_->send(line);
  });
}

void Connection::respond_error(std::string_view id, std::int64_t code, std::string_view message,
                               std::uint64_t ticket) {
  answer(error_line(id, code, message), ticket);
}

void Connection::answer(std::string_view line, std::uint64_t ticket) {
  answer(ticket, line, [&] { send(line); });
}

void Connection::answer(std::uint64_t ticket, std::string_view kept,
                        const std::function<void()>& send) {
  ticket == 0 ? send() : options_.answer(ticket, kept, send);
}

void Connection::close() noexcept {
  if (!owner_.is_this()) return;
  is_closing_.store(true);
  if (is_io_thread()) return;
  transport_->wake();
  const std::lock_guard lock(join_mutex_);
  if (thread_.joinable()) thread_.join();
}

void Connection::close_last() noexcept {
  close();
  // Nobody is left who could join: the I/O thread itself let go last. It ends by itself, and takes
  // the connection along.
  if (thread_.joinable()) thread_.detach();
}

bool Connection::is_closed() const {
  const std::lock_guard lock(failure_mutex_);
  return failure_.has_value() || is_closing_.load();
}

void Connection::run(const TransportFactory& factory, const Completion<bool>& started) {
  block_signals_on_this_thread();
  io_thread_.store(std::this_thread::get_id());
  std::exception_ptr problem;
  try {
    transport_ = factory();
    if (!transport_) throw CodexError("CodexConfig::transport made no transport");
  } catch (...) {
    problem = std::current_exception();
  }
  if (problem) return started(std::move(problem));
  started(true);
  try {
    converse();
  } catch (const std::exception& error) {
    fail({.reason = std::string("The connection failed: ") + error.what()});
  } catch (...) {  // of the app's own transport
    fail({.reason = "The connection failed: its transport threw what is no std::exception"});
  }
  rounds_.stop();
  timers_->stop();
  transport_->close();
}

void Connection::converse() {
  while (!is_closing_.load()) {
    is_quiet_ = true;
    const bool must_not_block = rounds_.begin();
    const bool goes_on =
        transport_->receive(*this, must_not_block ? Clock::now() : timers_->next_due());
    rounds_.end(is_quiet_);
    timers_->run_due();
    if (violation_) return fail(failure(*violation_));
    if (!goes_on) return fail(describe_end());
  }
  fail({.reason = "The connection to the Codex runtime is closed"});
}

void Connection::noise(std::string_view text) {
  is_quiet_ = false;
  if (wire_log_) wire_log_->garbage(Direction::recv, text);
}

void Connection::broken(std::string reason) {
  if (!violation_) violation_ = std::move(reason);
}

void Connection::take(std::string text, std::size_t full_size) {
  is_quiet_ = false;
  if (violation_) return;
  has_message_ = true;
  std::shared_ptr<const Message> message = scanner_.scan(std::move(text), full_size);
  if (wire_log_) log_received(*message);
  switch (message->envelope.kind) {
    case MessageKind::notification:
    case MessageKind::server_request:
      if (!options_.gate || options_.gate(message)) deliver(message);
      return;
    case MessageKind::response:
    case MessageKind::error:
      return window_->take(*message);
    case MessageKind::invalid:
      // Whatever it was meant to be, someone may wait for it in vain from now on.
      return broken("The Codex runtime sent a line that is no message (" +
                    message->envelope.problem + "): " + excerpt(message->text));
  }
}

void Connection::deliver(const std::shared_ptr<const Message>& message) {
  if (message->envelope.kind == MessageKind::server_request) {
    return handle_server_request(*message);
  }
  if (options_.on_notification) options_.on_notification(message);
  router_->route(message);
}

void Connection::log_received(const Message& message) {
  if (message.full_size > 0) {
    wire_log_->abridged(Direction::recv, message.text, message.full_size);
  } else if (message.envelope.kind == MessageKind::invalid) {
    wire_log_->garbage(Direction::recv, message.text);
  } else {
    wire_log_->message(Direction::recv, message.text);
  }
}

void Connection::handle_server_request(const Message& message) {
  const Envelope& request = message.envelope;
  const std::string id(request.id);
  const std::string method(request.method);
  if (std::max(id.size(), method.size()) > max_id_bytes) {
    return respond_error(id, -32600, "The id or the method is too long");
  }
  if (!options_.on_server_request) {
    return respond_error(id, -32601, "This client does not handle " + method);
  }
  const std::uint64_t ticket = options_.ticket_of ? options_.ticket_of(id) : 0;
  try {
    options_.on_server_request(*this, {.id = id,
                                       .method = method,
                                       .params = std::string(request.params),
                                       .thread_id = std::string(request.thread_id),
                                       .turn_id = std::string(request.turn_id),
                                       .item_id = std::string(request.item_id),
                                       .conversation_id = std::string(request.conversation_id),
                                       .is_abridged = message.full_size > 0,
                                       .ticket = ticket});
  } catch (const std::exception& error) {
    respond_error(id, -32603,
                  mask_secrets("This client failed to handle " + method + ": " + error.what()),
                  ticket);
  }
}

Failure Connection::describe_end() {
  Transport::End end = transport_->end();
  return failure(std::move(end.reason), end.exit_status);
}

Failure Connection::failure(std::string reason, const ExitStatus& status) const {
  std::string stderr_tail = transport_->stderr_tail();
  const bool is_start = !has_message_ && !options_.is_attached;
  std::string advice = is_start ? advice_for_start(stray_output(), stderr_tail)
                                : advice_after_messages(status, stderr_tail);
  return {.reason = std::move(reason),
          .exit_status = status,
          .stderr_tail = std::move(stderr_tail),
          .advice = std::move(advice)};
}

void Connection::fail(const Failure& failure) {
  {
    const std::lock_guard lock(failure_mutex_);
    if (failure_) return;
    failure_ = failure;
  }
  window_->fail(failure);
  router_->fail(failure);
  if (!options_.on_end) return;
  options_.on_end(is_closing_.load() ? std::nullopt : std::optional(failure));
}

void Connection::send(std::string_view line) {
  if (!owner_.is_this()) return;
  refuse_too_long(line);
  log_sent(line);
  transport_->send(line);
}

void Connection::refuse_too_long(std::string_view line) const {
  const std::size_t size = line.size() - 1;
  const std::size_t limit = transport_->longest_message();
  if (size <= limit) return;
  throw CodexError("This message has " + std::to_string(size) +
                   " bytes, and the transport to the Codex runtime takes at most " +
                   std::to_string(limit) + " bytes");
}

void Connection::log_sent(std::string_view line) {
  if (wire_log_) wire_log_->message(Direction::send, line.substr(0, line.size() - 1));
}

}  // namespace codex::detail
