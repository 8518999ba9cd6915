#include "transport/reconnecting_transport.hpp"

#include <algorithm>
#include <utility>

#include "task/wait_until.hpp"

namespace codex::detail {
namespace {

using std::chrono::milliseconds;

/// A connection that lasts longer has worked.
constexpr std::chrono::seconds lasting{10};

/// Why an attempt failed, and whether the next one may do better: a runtime that is not there yet
/// may come, and one that refuses the token does not change its mind.
struct Problem {
  std::string text;
  bool may_pass;
};

Problem problem_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const TransportClosedError& nobody) {
    return {nobody.what(), true};
  } catch (const TimeoutError& late) {
    return {late.what(), true};
  } catch (const std::exception& other) {
    return {other.what(), false};
  } catch (...) {  // of the app's own transport
    return {"CodexConfig::transport threw what is no std::exception", false};
  }
}

}  // namespace

ReconnectingTransport::ReconnectingTransport(TransportFactory factory, const Reconnect& terms,
                                             std::shared_ptr<Listener> listener)
    : factory_(std::move(factory)),
      terms_(terms),
      listener_(std::move(listener)),
      connected_at_(Clock::now()),
      delay_(terms.initial_delay),
      transport_(factory_()) {
  if (!transport_) throw CodexError("CodexConfig::transport made no transport");
  longest_message_ = transport_->longest_message();
}

bool ReconnectingTransport::receive(Receiver& receiver,
                                    std::chrono::steady_clock::time_point deadline) {
  const auto transport = current();
  if (!transport) {
    dropped_for_.reset();
    return wait_for_next(deadline);
  }
  const bool goes_on = dropped_for_ || transport->receive(receiver, deadline);
  if (dropped_for_) return lose(transport, {.reason = *std::exchange(dropped_for_, std::nullopt)});
  return goes_on || lose(transport, transport->end());
}

bool ReconnectingTransport::lose(const std::shared_ptr<Transport>& lost, End end) {
  if (!listener_->cut(end)) {
    end_ = std::move(end);
    return false;
  }
  const TimePoint now = Clock::now();
  // One that accepts and hangs up before it is of use, again and again, is not there.
  const bool was_of_use = std::exchange(is_settled_, false);
  if (was_of_use) {
    delay_ = terms_.initial_delay;
    give_up_at_ = deadline_after(now, terms_.give_up_after);
  } else {
    delay_ = std::min(2 * delay_, terms_.max_delay);
  }
  // And one that ends soon after each start does not get better by starting it again.
  if (was_of_use && now - connected_at_ > lasting) attempts_ = 0;
  lost_for_ = end.reason;
  last_problem_ = std::move(end.reason);
  next_attempt_ = deadline_after(now, delay_);
  std::string stderr_tail = lost->stderr_tail();
  {
    const std::lock_guard lock(mutex_);
    transport_.reset();
    last_stderr_tail_ = std::move(stderr_tail);
  }
  lost->close();
  return true;
}

bool ReconnectingTransport::wait_for_next(TimePoint deadline) {
  if (!connector_) connector_.emplace(factory_, [this] { wake(); });
  const TimePoint now = Clock::now();
  if (!connector_->is_busy()) {
    if (attempts_ >= *terms_.max_attempts || now >= give_up_at_) return give_up(last_problem_);
    if (now >= next_attempt_) {
      ++attempts_;
      connector_->begin();
    }
  }
  const bool is_trying = connector_->is_busy();
  wait_until(std::min({deadline, give_up_at_, is_trying ? TimePoint::max() : next_attempt_}));
  if (auto result = connector_->take()) return take_attempt(std::move(*result));
  // An attempt that hangs does not make it wait longer than that.
  return Clock::now() < give_up_at_ || give_up(last_problem_);
}

void ReconnectingTransport::wait_until(TimePoint deadline) {
  std::unique_lock lock(mutex_);
  detail::wait_until(woken_, lock, deadline, [this] { return is_woken_; });
  is_woken_ = false;
}

bool ReconnectingTransport::take_attempt(Connector::Result result) {
  if (auto* error = std::get_if<std::exception_ptr>(&result)) {
    Problem problem = problem_of(*error);
    if (!problem.may_pass) return give_up(problem.text);
    last_problem_ = std::move(problem.text);
    next_attempt_ = deadline_after(Clock::now(), delay_);
    delay_ = std::min(2 * delay_, terms_.max_delay);
    return true;
  }
  connected_at_ = Clock::now();
  {
    const std::lock_guard lock(mutex_);
    transport_ = std::get<std::unique_ptr<Transport>>(std::move(result));
  }
  listener_->connected();
  return true;
}

bool ReconnectingTransport::give_up(const std::string& why) {
  end_ = {.reason = lost_for_ == why ? why + ", and was not made again"
                                     : lost_for_ + ", and could not be made again: " + why};
  return false;
}

std::shared_ptr<Transport> ReconnectingTransport::current() const {
  const std::lock_guard lock(mutex_);
  return transport_;
}

void ReconnectingTransport::wake() noexcept {
  if (const auto transport = current()) return transport->wake();
  const std::lock_guard lock(mutex_);
  is_woken_ = true;
  woken_.notify_one();
}

void ReconnectingTransport::send(std::string_view message) {
  if (const auto transport = current()) transport->send(message);
}

/// The next one will be of the same kind.
std::size_t ReconnectingTransport::longest_message() const noexcept { return longest_message_; }

/// The connector goes last: on Linux its thread takes the process along that it started.
void ReconnectingTransport::close() noexcept {
  if (const auto transport = current()) transport->close();
  connector_.reset();
}

std::string ReconnectingTransport::stray_output() const {
  const auto transport = current();
  return transport ? transport->stray_output() : std::string();
}

std::string ReconnectingTransport::stderr_tail() const {
  if (const auto transport = current()) return transport->stderr_tail();
  const std::lock_guard lock(mutex_);
  return last_stderr_tail_;
}

std::optional<std::int64_t> ReconnectingTransport::process_id() const {
  const auto transport = current();
  return transport ? transport->process_id() : std::nullopt;
}

}  // namespace codex::detail
