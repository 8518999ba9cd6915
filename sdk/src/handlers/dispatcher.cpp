#include "handlers/dispatcher.hpp"

#include <algorithm>
#include <iterator>
#include <thread>
#include <utility>

#include <codex/errors.hpp>
#include <codex/protocol/support/nesting.hpp>

#include "mask/mask.hpp"
#include "task/wait_until.hpp"
#include "wire/peek.hpp"

namespace codex::detail {
namespace {

// They go to the model in some cases.
constexpr std::string_view nobody_answers = "The client answers no requests of this kind.";
constexpr std::string_view failed = "The client failed to answer.";
constexpr std::string_view was_too_slow = "The client did not answer in time.";
constexpr std::string_view is_overloaded = "The client has too many requests to answer.";
constexpr std::string_view is_over = "The request is over.";
constexpr std::string_view has_changed = "What the client had judged has changed since.";
constexpr std::string_view is_not_alone = "Another request may have the same id.";

/// The runtime sends what two calls of one reply of the model ask within less. Until a yes to the
/// first is as old, it is not sent. No message tells that a reply has no further call.
constexpr std::chrono::milliseconds twin_time{25};
/// So often all that has arrived is read after that. It takes 2 ms, and as many times more as the
/// machine is busy: the runtime is then as late. (Of 233 twins at a load of 14 on 2 cores 9 came
/// after 25 ms, none after this.)
constexpr int twin_rounds = 32;

/// Why no handler can be shown the request; empty where it can.
std::string problem_of(const ServerRequest& request) {
  if (request.is_abridged) return "It is larger than CodexConfig::max_message_bytes allows";
  const bool is_too_deep = protocol::detail::is_too_deep(request.params);
  return is_too_deep ? "params: " + protocol::detail::too_deep() : "";
}

std::size_t bytes_of(const ServerRequest& request) {
  return request.id.size() + request.method.size() + request.params.size();
}

/// What the runtime finds the answer by: what a command runs inside has an id of its own. Empty
/// where it cannot be told.
std::string answer_id_of(const ServerRequest& request) {
  std::string id = Peek(request.params)["approvalId"].text();
  if (id.empty()) id = request.item_id;
  return id.size() <= max_id_bytes ? id : "";
}

/// The older requests name no turn.
const std::string& turn_of(const ServerRequest& request) {
  return request.turn_id.empty() ? request.thread_id : request.turn_id;
}

/// The older requests name a conversation.
const std::string& thread_of(const ServerRequest& request) {
  return request.thread_id.empty() ? request.conversation_id : request.thread_id;
}

std::string what_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& known) {
    return known.what();
  } catch (...) {
    return "what was thrown is no std::exception";
  }
}

/// Whether the params of the request are what does not fit.
bool is_unreadable(const std::exception_ptr& error, std::string_view method) {
  try {
    std::rethrow_exception(error);
  } catch (const DecodeError& unreadable) {
    return unreadable.method() == method;
  } catch (...) {
    return false;
  }
}

}  // namespace

/// Takes a handler's answer to the call that it is for.
class Dispatcher::Reply final : public HandlerReply {
 public:
  Reply(std::weak_ptr<Dispatcher> dispatcher, Key key)
      : dispatcher_(std::move(dispatcher)), key_(key) {}

  ~Reply() override {
    if (const auto alive = dispatcher_.lock()) alive->note_end();
  }
  Reply(const Reply&) = delete;
  Reply(Reply&&) = delete;
  Reply& operator=(const Reply&) = delete;
  Reply& operator=(Reply&&) = delete;

  void answer(std::string response) override {
    if (const auto alive = dispatcher_.lock()) alive->answer(key_, std::move(response));
  }
  void fail(std::exception_ptr error) override {
    if (const auto alive = dispatcher_.lock()) alive->fail(key_, std::move(error));
  }

 private:
  const std::weak_ptr<Dispatcher> dispatcher_;
  const Key key_;
};

/// Lets one yes at a time be judged and sent. The others wait for it, each until its deadline.
class Dispatcher::Judging final {
 public:
  Judging(Dispatcher& dispatcher, Key key, TimePoint deadline) : dispatcher_(dispatcher) {
    std::unique_lock lock(dispatcher_.mutex_);
    const auto may_end = [&] {
      return !dispatcher_.is_judging_ || !dispatcher_.calls_.contains(key);
    };
    has_begun_ =
        wait_until(dispatcher_.judged_, lock, deadline, may_end) && !dispatcher_.is_judging_;
    if (has_begun_) dispatcher_.is_judging_ = true;
  }

  ~Judging() {
    if (!has_begun_) return;
    const std::lock_guard lock(dispatcher_.mutex_);
    dispatcher_.is_judging_ = false;
    dispatcher_.judged_.notify_all();
  }
  Judging(const Judging&) = delete;
  Judging(Judging&&) = delete;
  Judging& operator=(const Judging&) = delete;
  Judging& operator=(Judging&&) = delete;

  [[nodiscard]] bool has_begun() const noexcept { return has_begun_; }

 private:
  Dispatcher& dispatcher_;
  bool has_begun_ = false;
};

Dispatcher::Dispatcher(Handlers handlers, std::chrono::milliseconds timeout,
                       std::shared_ptr<AgentReach> reach, Unhandled unhandled,
                       std::size_t max_bytes)
    : timeout_(timeout),
      unhandled_(unhandled),
      max_bytes_(max_bytes),
      book_(std::move(handlers)),
      reach_(std::move(reach)),
      handlers_(max_running, max_waiting),
      yeses_(4, max_running + max_waiting),
      stops_(1, 2 * (max_running + max_waiting)),
      problems_(1, max_waiting) {}

void Dispatcher::attach(std::weak_ptr<Connection> connection, std::weak_ptr<Client> client,
                        std::shared_ptr<const Executor> executor) {
  const std::lock_guard lock(mutex_);
  connection_ = std::move(connection);
  client_ = std::move(client);
  executor_ = std::move(executor);
}

void Dispatcher::speak_to(const RuntimeSupport& runtime) noexcept {
  denies_by_word_ = runtime.lacks("ReviewDecision", "denied") != nullptr;
}

void Dispatcher::take(Connection& connection, ServerRequest request) {
  const TimePoint arrived = Clock::now();
  const RequestKind& kind = kind_of(request.method);
  name_ids(kind, request);
  auto call = std::make_shared<Call>(kind, std::move(request));
  call->arrived = arrived;
  call->deadline = deadline_after(arrived, timeout_);
  const ServerRequest& asked = call->request;
  call->handler = book_.choose(kind, asked.thread_id, asked.params);
  std::unique_lock lock(mutex_);
  const bool is_answered = call->handler.body && !is_stopped_ && !connection_.expired();
  const bool is_left = !is_answered && unhandled_ == Unhandled::leave;  // to the other clients
  if (!is_left && is_repeated(asked)) return;
  if (kind.is_about_item) {
    items_.note_asked(turn_of(asked), answer_id_of(asked), canonical_id(asked.id));
  }
  if (!is_answered) {
    lock.unlock();
    if (is_left) return;
    if (!call->handler.body) tell(*call, Kind::not_set, "No handler is set for such requests");
    if (kind.refusal) return respond_no(connection, *call, nobody_answers);
    return connection.respond_error(asked.id, -32601, "the client does not answer " + asked.method,
                                    asked.ticket);
  }
  if (const std::string problem = problem_of(asked); !problem.empty()) {
    lock.unlock();
    refuse(*call, failed);
    return tell(*call, Kind::unreadable, problem);
  }
  const Key key = next_key_++;
  const bool is_bounded = has_room_for(asked);
  calls_.emplace(key, call);
  call->watch = std::make_unique<Watch>(connection.timers(), call->deadline, std::stop_token(),
                                        [weak = weak_from_this(), key](Expiry) {
                                          if (const auto self = weak.lock()) self->expire(key);
                                        });
  lock.unlock();
  const bool has_room = is_bounded && handlers_.post([weak = weak_from_this(), key] {
    if (const auto self = weak.lock()) self->run(key);
  });
  if (has_room) return;
  if (const auto refused = settle(key)) {
    refuse(*refused, is_overloaded);
    tell(*refused, Kind::overloaded,
         std::to_string(max_running) + " handlers run, and " + std::to_string(max_waiting) +
             " requests wait for one, or they hold " + std::to_string(max_bytes_) + " bytes");
  }
}

void Dispatcher::see(const std::shared_ptr<const Message>& notification) {
  const Envelope& envelope = notification->envelope;
  reach_->see(*notification);
  if (envelope.method == "item/started") {
    items_.keep(notification);
  } else if (envelope.method == "turn/completed") {
    items_.forget_turn(envelope.turn_id);
    end_turn(envelope.turn_id);
  } else if (envelope.method == "serverRequest/resolved") {
    resolve(*notification);
  } else if (envelope.method == "thread/archived" || envelope.method == "thread/deleted" ||
             envelope.method == "thread/closed") {
    end_thread(std::string(envelope.thread_id));
  }
}

void Dispatcher::stop() noexcept {
  std::vector<CallPtr> calls;
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
    for (auto& [key, call] : calls_) calls.push_back(std::move(call));
    calls_.clear();
    judged_.notify_all();
  }
  for (const auto& call : calls) {
    call->watch.reset();
    call->stop.request_stop();
  }
}

void Dispatcher::end() {
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
  }
  for (auto& call : settle_if([](const Call&) { return true; })) cancel(std::move(call));
}

void Dispatcher::note_cut() {
  std::unique_lock lock(mutex_);
  record_.clear();  // the runtime may ask again
  for (const auto& [key, call] : calls_) call->is_asked = false;
  lock.unlock();
  // They belong to the connection: nobody asks for them again.
  for (auto& call : settle_if([](const Call& call) { return thread_of(call.request).empty(); })) {
    cancel(std::move(call));
  }
}

void Dispatcher::note_asked_again(std::string_view thread_id) {
  const auto is_answered = [&](const Call& call) {
    return !call.is_asked && thread_of(call.request) == thread_id;
  };
  for (auto& call : settle_if(is_answered)) cancel(std::move(call));
}

void Dispatcher::tell_of_end(std::function<void(const ConnectionChange&)> on_connection) {
  const std::lock_guard lock(mutex_);
  on_connection_ = std::move(on_connection);
}

void Dispatcher::tell(ConnectionState state, const std::optional<Failure>& failure) {
  std::unique_lock lock(mutex_);
  const auto on_connection = on_connection_;
  lock.unlock();
  if (!on_connection) return;
  const std::string reason = failure ? what_of(failure->exception()) : std::string();
  (void)problems_.post(
      [on_connection, state, reason] { on_connection({.state = state, .reason = reason}); });
}

void Dispatcher::finish(std::chrono::milliseconds patience, bool and_coroutines) noexcept {
  const TimePoint deadline = deadline_after(Clock::now(), patience);
  const bool has_left_some = handlers_.finish(patience) != 0;
  std::unique_lock lock(mutex_);
  // At one moment: a coroutine that has begun too late goes from those that run to those that wait.
  std::vector<CallPtr> left;
  if (and_coroutines) {
    wait_until(one_ended_, lock, deadline, [this] { return coroutines().empty(); });
    left = coroutines();
  }
  if (has_left_some) {
    std::copy_if(running_.begin(), running_.end(), std::back_inserter(left),
                 [](const auto& call) { return call->thread != std::this_thread::get_id(); });
  }
  lock.unlock();
  for (const auto& call : left) {
    tell(*call, Kind::left_behind, "The handler still runs, and was not waited for any longer");
  }
  yeses_.finish(patience);
  stops_.finish(patience);
  problems_.finish(patience);
  book_.clear();
  lock.lock();
  const auto suspended = std::exchange(suspended_, {});  // they hold what the app gave, too
  lock.unlock();
}

void Dispatcher::run(Key key) {
  std::unique_lock lock(mutex_);
  const auto found = calls_.find(key);
  if (found == calls_.end()) return;
  const CallPtr call = found->second;
  call->thread = std::this_thread::get_id();
  running_.push_back(call);
  lock.unlock();
  auto reply = std::make_shared<Reply>(weak_from_this(), key);
  const std::weak_ptr<Reply> until_end = reply;
  try {
    HandlerContext context = context_for(*call);
    origin_of(context.origin).reply = reply;
    call->handler.body->start(call->request.params, context, std::move(reply));
  } catch (...) {
    fail(key, std::current_exception());
  }
  reply.reset();
  lock.lock();
  std::erase(running_, call);
  auto before = std::exchange(suspended_, {});  // those that have ended go without the lock
  for (const auto& entry : before) {
    if (!entry.second.expired()) suspended_.push_back(entry);
  }
  if (!until_end.expired()) suspended_.emplace_back(call, until_end);
  lock.unlock();  // this may be the last of the handler, and of what the app gave it
}

/// The record forgets what has waited for long, but not what still waits.
bool Dispatcher::is_repeated(const ServerRequest& request) {
  bool is_open = false;
  for (const auto& [key, call] : calls_) {
    const ServerRequest& open = call->request;
    if (open.id != request.id || open.method != request.method || open.params != request.params) {
      continue;
    }
    is_open = true;
    call->is_asked = true;
  }
  return is_open || !record_.add(request);
}

void Dispatcher::note_end() noexcept {
  const std::lock_guard lock(mutex_);
  one_ended_.notify_all();
}

std::vector<Dispatcher::CallPtr> Dispatcher::coroutines() const {
  std::vector<CallPtr> alive;
  for (const auto& [call, until_end] : suspended_) {
    if (!until_end.expired()) alive.push_back(call);
  }
  return alive;
}

/// Coroutines hold no thread while they wait, so that the pool's limit is none for them. One may go
/// on after its request was settled.
bool Dispatcher::has_room_for(const ServerRequest& request) const {
  std::size_t count = calls_.size();
  std::size_t bytes = bytes_of(request);
  for (const auto& [key, call] : calls_) bytes += bytes_of(call->request);
  const auto add_settled = [&](const CallPtr& call) {
    if (!call->is_settled) return;
    bytes += bytes_of(call->request);
    ++count;
  };
  std::ranges::for_each(running_, add_settled);
  std::ranges::for_each(coroutines(), add_settled);
  return count < max_running + max_waiting && bytes <= max_bytes_;
}

HandlerContext Dispatcher::context_for(const Call& call) const {
  const ServerRequest& request = call.request;
  HandlerContext context{.method = request.method,
                         .stop = call.stop.get_token(),
                         .thread_id = request.thread_id,
                         .turn_id = request.turn_id,
                         .item_started = item_of(request)};
  OriginParts& origin = origin_of(context.origin);
  origin.reach = reach_;
  origin.terms = call.terms;
  const std::lock_guard lock(mutex_);
  origin.client = client_;
  origin.executor = executor_;
  return context;
}

void Dispatcher::answer(Key key, std::string response) {
  const CallPtr call = waiting(key);
  if (!call) return;  // too late
  try {
    if (auto limited = call->kind.limited(Peek(call->request.params), response)) {
      response = *std::move(limited);
      tell(*call, Kind::exceeded,
           "The handler granted more than was asked for; what was too much was left out");
    }
    if (call->kind.allows(Peek(response))) return answer_yes(key, call, std::move(response));
  } catch (...) {
    if (settle(key)) refuse_failed(*call);
    return;
  }
  if (settle(key)) send_or_refuse(*call, response);
}

/// A coroutine may answer on a thread that others wait for: that does not wait for twins.
void Dispatcher::answer_yes(Key key, const CallPtr& call, std::string response) {
  std::unique_lock lock(mutex_);
  const bool may_wait = call->thread == std::this_thread::get_id();
  lock.unlock();
  if (may_wait || !call->kind.is_about_item) return judge_yes(key, *call, response);
  const bool has_room =
      yeses_.post([weak = weak_from_this(), key, call, response = std::move(response)] {
        const auto self = weak.lock();
        if (!self) return;
        try {
          self->judge_yes(key, *call, response);
        } catch (...) {
          if (self->settle(key)) self->refuse_failed(*call);
        }
      });
  if (!has_room && settle(key)) refuse(*call, is_overloaded);
}

/// The call has no answer yet while its yes is judged, so that it is refused in time where that
/// hangs, and so are those that wait for it.
void Dispatcher::judge_yes(Key key, const Call& call, const std::string& response) {
  if (!has_read_twins(call)) return expire(key);
  const Judging judging(*this, key, call.deadline);
  if (!judging.has_begun()) return expire(key);
  const bool holds = terms_hold(call);
  const bool may_be_mistaken = is_ambiguous(call);
  if (!settle(key)) return;  // too late
  if (may_be_mistaken) {
    refuse(call, is_not_alone);
    return tell(call, Kind::threw,
                "The yes cannot be sent: it may be taken for one to another request. The model "
                "gave one id to two items of this turn");
  }
  if (!holds) return refuse(call, has_changed);
  const ServerRequest& request = call.request;
  try {
    note_allowed(call.kind, request.params, response, item_of(request), *reach_);
    if (const auto folder = call.terms->occupied()) {
      reach_->note_running(request.thread_id, request.turn_id, request.item_id, *folder);
    }
  } catch (...) {
    return refuse_failed(call);
  }
  send_or_refuse(call, response);
}

/// Another request with this id may be on its way: it is given its time, and then what has arrived
/// is read, however long that takes.
bool Dispatcher::has_read_twins(const Call& call) const {
  if (!call.kind.is_about_item) return true;
  std::this_thread::sleep_until(std::min(call.arrived + twin_time, call.deadline));
  const auto connection = this->connection();
  if (!connection) return true;  // nothing is sent
  for (int round = 0; round < twin_rounds; ++round) {
    if (!connection->read_what_arrived(call.deadline)) return false;
  }
  return true;
}

bool Dispatcher::terms_hold(const Call& call) const {
  if (call.terms->empty()) return true;
  if (!call.terms->hold()) return false;
  // An item that has come again names neither any more: see StartedItems.
  return !call.kind.needs_item || item_of(call.request);
}

bool Dispatcher::is_ambiguous(const Call& call) const {
  const ServerRequest& request = call.request;
  return call.kind.is_about_item && items_.is_ambiguous(turn_of(request), request.item_id);
}

std::optional<Notification> Dispatcher::item_of(const ServerRequest& request) const {
  return items_.find(request.thread_id, request.turn_id, request.item_id);
}

void Dispatcher::fail(Key key, std::exception_ptr error) {
  const CallPtr call = settle(key);
  if (!call) return;
  refuse(*call, failed);
  const Kind kind = is_unreadable(error, call->request.method) ? Kind::unreadable : Kind::threw;
  tell(*call, kind, what_of(error), error);
}

void Dispatcher::expire(Key key) {
  CallPtr call = settle(key);
  if (!call) return;
  refuse(*call, was_too_slow);
  tell(*call, Kind::too_slow,
       "There was no answer within " + std::to_string(timeout_.count()) + " ms");
  cancel(std::move(call));
}

void Dispatcher::resolve(const Message& notification) {
  if (notification.envelope.request_id.empty()) return;
  const std::string id = canonical_id(notification.envelope.request_id);
  items_.note_resolved(id);
  // Nobody waits for an answer any more.
  for (auto& call :
       settle_if([&](const Call& call) { return canonical_id(call.request.id) == id; })) {
    cancel(std::move(call));
  }
}

void Dispatcher::end_turn(std::string_view turn_id) {
  if (turn_id.empty()) return;
  cancel_and_refuse(settle_if([&](const Call& call) { return call.request.turn_id == turn_id; }));
}

void Dispatcher::end_thread(const std::string& thread_id) {
  if (thread_id.empty()) return;
  auto calls = settle_if([&](const Call& call) { return call.request.thread_id == thread_id; });
  for (const auto& call : calls) tell(*call, Kind::thread_gone, "The thread is gone");
  cancel_and_refuse(std::move(calls));
  (void)stops_.post([gone = book_.take_thread(thread_id)] {});  // what the app gave ends there
}

Dispatcher::CallPtr Dispatcher::settle(Key key) {
  const std::lock_guard lock(mutex_);
  const auto found = calls_.find(key);
  if (found == calls_.end()) return nullptr;
  CallPtr call = std::move(found->second);
  call->is_settled = true;
  calls_.erase(found);
  judged_.notify_all();
  return call;
}

Dispatcher::CallPtr Dispatcher::waiting(Key key) const {
  const std::lock_guard lock(mutex_);
  const auto found = calls_.find(key);
  return found != calls_.end() ? found->second : nullptr;
}

template <class Predicate>
std::vector<Dispatcher::CallPtr> Dispatcher::settle_if(Predicate&& predicate) {
  std::vector<CallPtr> settled;
  const std::lock_guard lock(mutex_);
  std::erase_if(calls_, [&](auto& entry) {
    if (!predicate(*entry.second)) return false;
    entry.second->is_settled = true;
    settled.push_back(std::move(entry.second));
    return true;
  });
  judged_.notify_all();
  return settled;
}

void Dispatcher::cancel(CallPtr call) {
  call->watch.reset();
  std::stop_source stop = call->stop;
  // With the call, so that what the app gave it ends there, not on the I/O thread.
  if (!stops_.post([call = std::move(call)] { call->stop.request_stop(); })) stop.request_stop();
}

void Dispatcher::cancel_and_refuse(std::vector<CallPtr> calls) {
  for (auto& call : calls) {
    refuse(*call, is_over);
    cancel(std::move(call));
  }
}

std::shared_ptr<Connection> Dispatcher::connection() const {
  const std::lock_guard lock(mutex_);
  return connection_.lock();
}

std::string Dispatcher::as_understood(const RequestKind& kind, std::string response) const {
  return denies_by_word_ ? with_older_denial(kind, std::move(response)) : response;
}

void Dispatcher::send_or_refuse(const Call& call, const std::string& response) {
  const auto connection = this->connection();
  if (!connection) return;
  try {
    if (call.kind.is_secret(Peek(call.request.params))) {
      connection->respond_in_secret(call.request.id, response, call.request.ticket);
    } else {
      connection->respond(call.request.id, as_understood(call.kind, response), call.request.ticket);
    }
  } catch (...) {
    refuse_failed(call);
  }
}

void Dispatcher::refuse_failed(const Call& call) {
  refuse(call, failed);
  tell(call, Kind::threw, what_of(std::current_exception()), std::current_exception());
}

void Dispatcher::refuse(const Call& call, std::string_view reason) {
  const auto connection = this->connection();
  if (!connection) return;
  if (call.kind.refusal) return respond_no(*connection, call, reason);
  connection->respond_error(call.request.id, -32603, reason, call.request.ticket);
}

void Dispatcher::respond_no(Connection& connection, const Call& call,
                            std::string_view reason) const {
  connection.respond(call.request.id, as_understood(call.kind, call.kind.refusal(reason)),
                     call.request.ticket);
}

void Dispatcher::tell(const Call& call, Kind kind, std::string_view message,
                      std::exception_ptr error) {
  if (!call.handler.on_problem) return;
  HandlerProblem problem{.kind = kind,
                         .method = call.request.method,
                         .thread_id = call.request.thread_id,
                         .turn_id = call.request.turn_id,
                         .message = mask_secrets(message),
                         .error = std::move(error)};
  // Too many at once are lost: whoever does not keep up with 256 has been told enough.
  (void)problems_.post([on_problem = call.handler.on_problem, problem = std::move(problem)] {
    on_problem(problem);
  });
}

}  // namespace codex::detail
