#include "connection/request_window.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <codex/protocol/support/nesting.hpp>

#include "connection/overload_pause.hpp"
#include "wire/compose.hpp"
#include "wire/peek.hpp"
#include "wire/rpc_error.hpp"

namespace codex::detail {
namespace {

// The requests that end or steer what is under way. The runtime answers each of them at once.
constexpr std::array<std::string_view, 9> control_methods = {
    "account/login/cancel", "command/exec/terminate", "process/kill",
    "thread/goal/clear",    "thread/goal/set",        "thread/realtime/stop",
    "thread/unsubscribe",   "turn/interrupt",         "turn/steer"};

bool is_control(std::string_view method) {
  return std::find(control_methods.begin(), control_methods.end(), method) != control_methods.end();
}

std::exception_ptr expiry_error(Expiry expiry, const std::string& method, TimePoint started_at,
                                std::string_view why_not_sent) {
  const bool was_sent = why_not_sent.empty();
  const auto elapsed =
      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - started_at);
  const std::string after = " after " + std::to_string(elapsed.count()) + " ms";
  const std::string sent = was_sent ? "" : " (" + std::string(why_not_sent) + ")";
  if (expiry == Expiry::deadline) {
    return make_error<TimeoutError>(method + " timed out" + after + sent, was_sent);
  }
  return make_error<CancelledError>(method + " was cancelled" + after + sent, was_sent);
}

constexpr std::string_view not_sent = "it had not been sent yet";
constexpr std::string_view not_sent_after_cut =
    "it had not been sent: the connection is cut, and the client connects again";

/// A server that ends when its turns have ended takes nothing new.
bool says_it_ends(const Message& response) {
  const Peek data = Peek(response.envelope.error)["data"];
  return data["reason"].is("serverShuttingDown");
}

/// Who interrupts again a turn that has ended wanted just that.
bool is_done_already(const Message& response, std::string_view method) {
  return method == "turn/interrupt" && response.envelope.kind == MessageKind::error &&
         Peek(response.envelope.error)["message"].text().find("no active turn") !=
             std::string::npos;
}

std::optional<Expiry> expired_already(const Request& request) {
  if (request.stop.stop_requested()) return Expiry::stop;
  if (request.deadline <= Clock::now()) return Expiry::deadline;
  return std::nullopt;
}

std::optional<std::uint64_t> own_id(std::string_view token) {
  if (token.size() > max_id_bytes) return std::nullopt;
  const std::string text = canonical_id(token);
  std::uint64_t id = 0;
  const char* end = text.data() + text.size();
  const auto [stopped_at, error] = std::from_chars(text.data(), end, id);
  if (error != std::errc{} || stopped_at != end) return std::nullopt;
  return id;
}

}  // namespace

RequestWindow::RequestWindow(const WindowOptions& options, std::shared_ptr<Timers> timers,
                             Send send)
    : options_(options), timers_(std::move(timers)), send_(std::move(send)) {}

void RequestWindow::start(Request request) {
  std::unique_lock lock(mutex_);
  auto refused = admit(request);
  lock.unlock();
  if (refused) refused->completion(std::move(refused->outcome));
}

std::optional<RequestWindow::Delivery> RequestWindow::admit(Request& request) {
  const TimePoint now = Clock::now();
  const auto refuse = [&](std::exception_ptr error) {
    return Delivery{std::move(request.completion), std::move(error)};
  };
  if (failure_) return refuse(failure_->exception());
  if (const auto expiry = expired_already(request)) {
    return refuse(expiry_error(*expiry, request.method, now, why_not_sent()));
  }
  const std::uint64_t id = next_id_++;
  Pending pending{.method = request.method,
                  .completion = {},
                  .started_at = now,
                  .is_control = is_control(request.method),
                  .is_urgent = request.is_urgent,
                  .deadline = request.deadline};
  try {
    send_or_queue(id, pending, request_line(id, request.method, request.params));
  } catch (const CodexError&) {
    return refuse(std::current_exception());
  }
  pending.completion = std::move(request.completion);
  pending.on_late_result = std::move(request.on_late_result);
  pending.watch = std::make_unique<Watch>(timers_, request.deadline, request.stop,
                                          [window = weak_from_this(), id](Expiry expiry) {
                                            if (const auto self = window.lock())
                                              self->expire(id, expiry);
                                          });
  pending_.emplace(id, std::move(pending));
  return std::nullopt;
}

std::string_view RequestWindow::why_not_sent() const {
  return is_cut_ ? not_sent_after_cut : not_sent;
}

bool RequestWindow::has_room_for(const Pending& pending) const {
  if (pending.is_urgent) return true;
  if (is_cut_) return false;
  return in_flight_ < options_.max_in_flight + (pending.is_control ? options_.control_reserve : 0);
}

bool RequestWindow::is_held(const Pending& pending, std::string_view line) const {
  if (held_threads_.empty() || pending.is_urgent) return false;
  return held_threads_.contains(Peek(line)["params"]["threadId"].text());
}

std::deque<std::uint64_t>& RequestWindow::queue_of(const Pending& pending) {
  return pending.is_control ? control_queue_ : queue_;
}

void RequestWindow::send_or_queue(std::uint64_t id, Pending& pending, std::string line) {
  if (has_room_for(pending) && !is_held(pending, line)) return send_now(pending, std::move(line));
  if (line.size() > options_.max_queued_bytes - queued_bytes_) {
    throw CodexError("Too many requests are waiting to be sent");
  }
  queued_bytes_ += line.size();
  pending.line = std::move(line);
  queue_of(pending).push_back(id);
}

void RequestWindow::send_now(Pending& pending, std::string line) {
  send_(line);
  pending.is_sent = true;
  ++in_flight_;
  const bool may_be_retried =
      options_.retries_overload && line.size() <= options_.max_retried_bytes;
  if (options_.survives_cuts || may_be_retried) pending.line = std::move(line);
}

void RequestWindow::send_queued(Deliveries& deliveries) {
  send_queued(control_queue_, deliveries);
  send_queued(queue_, deliveries);
}

void RequestWindow::send_queued(std::deque<std::uint64_t>& queue, Deliveries& deliveries) {
  for (auto place = queue.begin(); place != queue.end();) {
    const auto found = pending_.find(*place);
    Pending& pending = found->second;
    if (!has_room_for(pending)) return;
    if (is_held(pending, pending.line)) {
      ++place;
      continue;
    }
    place = queue.erase(place);
    queued_bytes_ -= pending.line.size();
    try {
      send_now(pending, std::exchange(pending.line, {}));
    } catch (const CodexError&) {
      deliveries.push_back({std::move(pending.completion), std::current_exception()});
      pending_.erase(found);
    }
  }
}

Outcome<std::string> RequestWindow::outcome_of(const Message& message,
                                               const std::string& method) const {
  const Envelope& response = message.envelope;
  const bool is_error = response.kind == MessageKind::error;
  if (message.full_size > 0 && !is_error) {
    return make_error<MessageTooLargeError>(method, message.full_size, options_.max_response_bytes);
  }
  if (protocol::detail::is_too_deep(is_error ? response.error : response.result)) {
    return make_error<DecodeError>(is_error ? "error" : "result", protocol::detail::too_deep(),
                                   method);
  }
  if (is_error) return rpc_exception(response.error, method);
  if (response.result.empty()) {
    return make_error<CodexError>("Malformed JSON-RPC response to " + method);
  }
  return std::string(response.result);
}

void RequestWindow::take(const Message& message) {
  const auto id = own_id(message.envelope.id);
  if (!id) return;
  Deliveries deliveries;
  std::unique_lock lock(mutex_);
  const auto found = pending_.find(*id);
  if (found == pending_.end() || !found->second.is_sent) return;
  if (parks(*id, found->second, message) || pauses(*id, found->second, message)) {
    send_queued(deliveries);
    lock.unlock();
    return deliver(std::move(deliveries));
  }
  Pending pending = std::move(found->second);
  drop(*id);
  send_queued(deliveries);
  lock.unlock();
  pending.watch.reset();
  if (options_.on_result && message.envelope.kind == MessageKind::response) {
    options_.on_result({*id, pending.method, pending.line}, message.envelope.result);
  }
  if (pending.completion && pending.is_repeated && is_done_already(message, pending.method)) {
    pending.completion("{}");
  } else if (pending.completion) {
    pending.completion(outcome_of(message, pending.method));
  } else if (pending.on_late_result && !message.envelope.result.empty()) {
    pending.on_late_result(std::string(message.envelope.result));
  }
  deliver(std::move(deliveries));
}

/// Those that pause count as those that wait to be sent.
bool RequestWindow::pauses(std::uint64_t id, Pending& pending, const Message& response) {
  const bool is_kept = !pending.line.empty() && pending.line.size() <= options_.max_retried_bytes;
  if (!options_.retries_overload || !is_kept || !pending.completion) return false;
  if (response.envelope.kind != MessageKind::error) return false;
  if (!says_overloaded(response.envelope.error)) return false;
  if (pending.line.size() > options_.max_queued_bytes - queued_bytes_) return false;
  const TimePoint due = Clock::now() + overload_pause(pending.refusals + 1);
  if (due >= pending.deadline) return false;
  if (due >= pending.started_at + options_.overload_patience) return false;
  ++pending.refusals;
  pending.is_sent = false;
  --in_flight_;
  queued_bytes_ += pending.line.size();
  pending.pause = std::make_unique<Watch>(timers_, due, std::stop_token(),
                                          [window = weak_from_this(), id](Expiry) {
                                            if (const auto self = window.lock())
                                              self->send_again(id);
                                          });
  return true;
}

void RequestWindow::send_again(std::uint64_t id) {
  Deliveries deliveries;
  std::unique_lock lock(mutex_);
  const auto found = pending_.find(id);
  if (found == pending_.end() || !found->second.pause) return;
  Pending& pending = found->second;
  pending.pause.reset();
  queued_bytes_ -= pending.line.size();
  try {
    send_or_queue(id, pending, std::exchange(pending.line, {}));
  } catch (const CodexError&) {
    deliveries.push_back({std::move(pending.completion), std::current_exception()});
    pending_.erase(found);
  }
  lock.unlock();
  deliver(std::move(deliveries));
}

void RequestWindow::fail(const Failure& failure) {
  std::unique_lock lock(mutex_);
  if (failure_) return;
  failure_ = failure;
  const auto failed = std::exchange(pending_, {});
  control_queue_.clear();
  queue_.clear();
  parked_.clear();
  lock.unlock();
  for (const auto& [id, pending] : failed) {
    if (pending.completion) pending.completion(failure.exception());
  }
}

void RequestWindow::expire(std::uint64_t id, Expiry expiry) {
  std::unique_lock lock(mutex_);
  const auto found = pending_.find(id);
  if (found == pending_.end() || !found->second.completion) return;
  Pending& pending = found->second;
  const auto completion = std::exchange(pending.completion, {});
  auto error = expiry_error(expiry, pending.method, pending.started_at,
                            pending.is_sent ? std::string_view() : why_not_sent());
  if (pending.is_sent) {
    pending.watch =
        std::make_unique<Watch>(timers_, Clock::now() + options_.abandoned_grace, std::stop_token(),
                                [window = weak_from_this(), id](Expiry) {
                                  if (const auto self = window.lock()) self->free_place(id);
                                });
  } else {
    drop(id);
  }
  lock.unlock();
  completion(std::move(error));
}

bool RequestWindow::parks(std::uint64_t id, Pending& pending, const Message& response) {
  if (!options_.survives_cuts || !pending.completion || pending.is_urgent) return false;
  if (response.envelope.kind != MessageKind::error || !says_it_ends(response)) return false;
  pending.is_sent = false;
  --in_flight_;
  queued_bytes_ += pending.line.size();
  parked_.push_back(id);
  return true;
}

void RequestWindow::queue_again(std::uint64_t id, Pending& pending) {
  pending.is_sent = false;
  pending.is_repeated = true;
  --in_flight_;
  queued_bytes_ += pending.line.size();
  // In the order of the ids, which is the order in which they were made.
  auto& queue = queue_of(pending);
  queue.insert(std::ranges::upper_bound(queue, id), id);
}

void RequestWindow::cut(const std::function<AfterCut(const SentRequest&)>& decide) {
  Deliveries failed;
  std::unique_lock lock(mutex_);
  is_cut_ = true;
  held_threads_.clear();
  for (const std::uint64_t id : std::exchange(parked_, {})) {
    auto& queue = queue_of(pending_.at(id));
    queue.insert(std::ranges::upper_bound(queue, id), id);
  }
  for (auto entry = pending_.begin(); entry != pending_.end();) {
    auto& [id, pending] = *entry++;
    if (!pending.is_sent) continue;
    const AfterCut fate = pending.completion && !pending.is_urgent
                              ? decide({id, pending.method, pending.line})
                              : AfterCut::fail;
    if (fate == AfterCut::keep) continue;
    if (fate == AfterCut::repeat) {
      queue_again(id, pending);
      continue;
    }
    if (pending.completion) {
      const std::string reason =
          "The connection to the Codex runtime was cut before " + pending.method + " was answered";
      constexpr const char* advice =
          "The runtime may have done it: look before you call again. The client connects again by "
          "itself.";
      failed.push_back({std::move(pending.completion),
                        make_error<TransportClosedError>(reason, ExitStatus{}, "", advice)});
    }
    drop(id);
  }
  lock.unlock();
  deliver(std::move(failed));
}

void RequestWindow::resume(std::set<std::string, std::less<>> held_threads) {
  Deliveries deliveries;
  std::unique_lock lock(mutex_);
  is_cut_ = false;
  held_threads_ = std::move(held_threads);
  send_queued(deliveries);
  lock.unlock();
  deliver(std::move(deliveries));
}

void RequestWindow::hold(std::string thread_id) {
  const std::lock_guard lock(mutex_);
  held_threads_.insert(std::move(thread_id));
}

void RequestWindow::release(std::string_view thread_id) {
  Deliveries deliveries;
  std::unique_lock lock(mutex_);
  if (const auto held = held_threads_.find(thread_id); held != held_threads_.end()) {
    held_threads_.erase(held);
  }
  send_queued(deliveries);
  lock.unlock();
  deliver(std::move(deliveries));
}

void RequestWindow::answer(std::uint64_t id, const std::string& result) { end_kept(id, result); }

void RequestWindow::refuse(std::uint64_t id, std::exception_ptr error) {
  end_kept(id, std::move(error));
}

void RequestWindow::end_kept(std::uint64_t id, Outcome<std::string> outcome) {
  Deliveries deliveries;
  std::unique_lock lock(mutex_);
  const auto found = pending_.find(id);
  if (found == pending_.end()) return;
  const Pending pending = std::move(found->second);
  drop(id);
  send_queued(deliveries);
  lock.unlock();
  const auto* result = std::get_if<std::string>(&outcome);
  if (!pending.completion && pending.on_late_result && result) pending.on_late_result(*result);
  if (pending.completion) pending.completion(std::move(outcome));
  deliver(std::move(deliveries));
}

void RequestWindow::repeat(std::uint64_t id) {
  Deliveries deliveries;
  std::unique_lock lock(mutex_);
  const auto found = pending_.find(id);
  if (found == pending_.end()) return;
  if (!found->second.completion) return drop(id);
  queue_again(id, found->second);
  send_queued(deliveries);
  lock.unlock();
  deliver(std::move(deliveries));
}

bool RequestWindow::is_wanted(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  const auto found = pending_.find(id);
  return found != pending_.end() && found->second.completion;
}

void RequestWindow::free_place(std::uint64_t id) {
  Deliveries deliveries;
  std::unique_lock lock(mutex_);
  if (!pending_.contains(id)) return;
  drop(id);
  send_queued(deliveries);
  lock.unlock();
  deliver(std::move(deliveries));
}

void RequestWindow::drop(std::uint64_t id) {
  const auto found = pending_.find(id);
  if (found->second.is_sent) {
    --in_flight_;
  } else {
    queued_bytes_ -= found->second.line.size();
    std::erase(queue_of(found->second), id);
    std::erase(parked_, id);
  }
  pending_.erase(found);
}

void RequestWindow::deliver(Deliveries deliveries) {
  for (Delivery& delivery : deliveries) delivery.completion(std::move(delivery.outcome));
}

}  // namespace codex::detail
