#include "connection/router.hpp"

#include <algorithm>
#include <utility>

namespace codex::detail {
namespace {

constexpr std::size_t kept_completed_turns = 256;
constexpr std::size_t kept_early_logins = 64;
constexpr std::size_t kept_early_turns = 64;

}  // namespace

PendingTurn::PendingTurn(std::shared_ptr<Router> router, std::shared_ptr<State> state) noexcept
    : router_(std::move(router)), state_(std::move(state)) {}

PendingTurn& PendingTurn::operator=(PendingTurn&& other) noexcept {
  if (this != &other) {
    release();
    router_ = std::move(other.router_);
    state_ = std::move(other.state_);
  }
  return *this;
}

PendingTurn::~PendingTurn() { release(); }

Subscription PendingTurn::bind(const std::string& turn_id) && {
  Subscription subscription = router_->bind(*state_, turn_id);
  release();
  return subscription;
}

void PendingTurn::release() noexcept {
  if (router_) router_->release(state_);
  router_.reset();
  state_.reset();
}

Router::Router(std::size_t event_buffer_bytes, std::shared_ptr<Timers> timers)
    : event_buffer_bytes_(event_buffer_bytes),
      timers_(std::move(timers)),
      general_(std::make_shared<EventLog>("the connection", Retention::stream, event_buffer_bytes_,
                                          timers_)) {}

void Router::route(std::shared_ptr<const Message> message) {
  const std::string_view login_id = message->envelope.login_id;
  const RootTurnId root = message->envelope.root_turn_id;
  Notification event(std::move(message));
  if (event.method() == "account/login/completed" && !login_id.empty()) {
    route_login(login_id, std::move(event));
  } else if (route_goal(event)) {
    return;
  } else if (!event.turn_id().empty()) {
    route_turn(std::move(event), root);
  } else {
    general_->append(std::move(event));
  }
}

void Router::route_login(std::string_view login_id, Notification event) {
  std::unique_lock lock(mutex_);
  const auto found = logins_.find(login_id);
  const auto log = found != logins_.end() ? found->second.lock() : nullptr;
  if (log) {
    logins_.erase(found);
    lock.unlock();
    log->append(std::move(event));
    log->finish();
    return;
  }
  early_login_bytes_ += event.text().size();
  early_logins_.emplace_back(login_id, std::move(event));
  std::vector<Notification> unclaimed;
  while (early_logins_.size() > kept_early_logins || early_login_bytes_ > event_buffer_bytes_) {
    unclaimed.push_back(std::move(early_logins_.front().second));
    early_login_bytes_ -= unclaimed.back().text().size();
    early_logins_.pop_front();
  }
  lock.unlock();
  for (Notification& login : unclaimed) general_->append(std::move(login));
}

bool Router::route_goal(const Notification& event) {
  std::unique_lock lock(mutex_);
  if (goals_.empty() || event.thread_id().empty()) return false;
  const auto goal = goal_of(event.thread_id());
  lock.unlock();
  if (!goal || !goal->take(event)) return false;
  if (event.method() == "turn/completed") {
    lock.lock();
    note_completed(event.turn_id());
  }
  return true;
}

void Router::route_turn(Notification event, RootTurnId root) {
  const bool is_last = event.method() == "turn/completed";
  std::unique_lock lock(mutex_);
  std::shared_ptr<EventLog> log = review_started_by(event, root);
  if (!log) log = turn_for(event.thread_id(), event.turn_id());
  if (is_last) note_completed(event.turn_id());
  lock.unlock();
  if (!log) return general_->append(std::move(event));
  const std::string thread_id(event.thread_id());
  log->append(std::move(event));
  if (is_last) log->finish();
  lock.lock();
  bound_early_turns(thread_id);
}

void Router::fail(const Failure& failure) {
  std::unique_lock lock(mutex_);
  if (failure_) return;
  failure_ = failure;
  const auto logs = take_live_logs();
  const auto goals = std::exchange(goals_, {});
  lock.unlock();
  for (const auto& [thread_id, goal] : goals) {
    if (const auto alive = goal.lock()) alive->fail([failure] { return failure.exception(); });
  }
  for (const auto& log : logs) log->fail([failure] { return failure.exception(); });
}

void Router::fail_turn(const std::string& turn_id,
                       const std::function<std::exception_ptr()>& error) {
  std::unique_lock lock(mutex_);
  const auto log = find_turn(turn_id);
  note_completed(turn_id);
  lock.unlock();
  if (log) log->fail(error);
}

void Router::fail_goal(const std::string& thread_id,
                       const std::function<std::exception_ptr()>& error) {
  std::unique_lock lock(mutex_);
  const auto goal = goal_of(thread_id);
  lock.unlock();
  if (goal) goal->fail(error);
}

void Router::fail_logins(const Failure& failure) {
  std::unique_lock lock(mutex_);
  const auto logins = std::exchange(logins_, {});
  lock.unlock();
  for (const auto& [id, login] : logins) {
    if (const auto alive = login.lock()) alive->fail([failure] { return failure.exception(); });
  }
}

bool Router::has_goal(std::string_view thread_id) {
  const std::lock_guard lock(mutex_);
  return goal_of(thread_id) != nullptr;
}

PendingTurn Router::expect(std::string thread_id, bool is_review) {
  auto state = std::make_shared<PendingTurn::State>();
  state->is_review = is_review;
  return expect(std::move(thread_id), std::move(state));
}

PendingTurn Router::expect(std::string thread_id, std::shared_ptr<PendingTurn::State> state) {
  const std::lock_guard lock(mutex_);
  throw_if_failed();
  throw_if_goal_has(thread_id);
  forget_unread_logs();
  for (const auto& [turn_id, turn] : turns_) {
    if (turn.thread_id != thread_id) continue;
    if (auto log = turn.log.lock()) {
      add_turn(*state, turn_id, std::move(log));
      state->followed.push_back(turn_id);
    }
  }
  state->thread_id = std::move(thread_id);
  pending_.push_back(state);
  return {shared_from_this(), std::move(state)};
}

PendingTurn Router::expect_running(std::string thread_id) {
  auto state = std::make_shared<PendingTurn::State>();
  state->gives_back = true;
  return expect(std::move(thread_id), std::move(state));
}

std::shared_ptr<GoalRelay> Router::expect_goal(const std::string& thread_id) {
  const std::lock_guard lock(mutex_);
  throw_if_failed();
  throw_if_goal_has(thread_id);
  if (is_expected(thread_id)) {
    throw InvalidRequestError(-32600, "thread must be idle before starting a goal: " + thread_id);
  }
  auto goal = std::make_shared<GoalRelay>(thread_id, event_buffer_bytes_, timers_);
  goals_.insert_or_assign(thread_id, goal);
  return goal;
}

void Router::unless_in_use(std::string_view thread_id, const PendingTurn::Start& but,
                           const std::function<void()>& act) {
  const std::lock_guard lock(mutex_);
  if (!is_in_use(thread_id, but)) act();
}

bool Router::is_in_use(std::string_view thread_id, const PendingTurn::Start& but) {
  const auto is_started = [&](const auto& pending) {
    return pending->thread_id == thread_id && pending != but;
  };
  const auto is_followed = [&](const auto& entry) {
    if (entry.second.thread_id != thread_id) return false;
    const auto log = entry.second.log.lock();
    return log && log->has_reader(but.get());
  };
  return goal_of(thread_id) || std::any_of(pending_.begin(), pending_.end(), is_started) ||
         std::any_of(turns_.begin(), turns_.end(), is_followed);
}

Subscription Router::attach(const std::string& thread_id, const std::string& turn_id) {
  const std::lock_guard lock(mutex_);
  throw_if_failed();
  if (is_completed(turn_id)) {
    throw CodexError("Turn " + turn_id +
                     " is over and no longer streaming; read its thread instead");
  }
  auto log = find_turn(turn_id);
  return Subscription(log ? std::move(log) : open_turn(thread_id, turn_id, false));
}

Subscription Router::expect_login(const std::string& login_id) {
  const std::lock_guard lock(mutex_);
  const auto early = std::find_if(early_logins_.begin(), early_logins_.end(),
                                  [&](const auto& entry) { return entry.first == login_id; });
  if (early == early_logins_.end()) throw_if_failed();
  const auto found = logins_.find(login_id);
  auto log = found != logins_.end() ? found->second.lock() : nullptr;
  if (!log) log = new_log("login " + login_id);
  Subscription subscription(log);
  if (early == early_logins_.end()) {
    forget_unread_logs();
    logins_.insert_or_assign(login_id, log);
  } else {
    early_login_bytes_ -= early->second.text().size();
    log->append(std::move(early->second));
    log->finish();
    early_logins_.erase(early);
  }
  return subscription;
}

Subscription Router::general() { return Subscription(general_); }

Router::Held Router::held() {
  const std::lock_guard lock(mutex_);
  Held held{.bytes = general_->held_bytes() + early_login_bytes_};
  for (const auto& [turn_id, turn] : turns_) {
    const auto log = turn.log.lock();
    if (!log) continue;
    ++held.turns;
    held.bytes += log->held_bytes();
  }
  return held;
}

void Router::throw_if_failed() const {
  if (failure_) std::rethrow_exception(failure_->exception());
}

void Router::throw_if_goal_has(const std::string& thread_id) {
  if (!goal_of(thread_id)) return;
  throw InvalidRequestError(-32600, "thread has an active goal operation: " + thread_id);
}

std::shared_ptr<GoalRelay> Router::goal_of(std::string_view thread_id) {
  const auto found = goals_.find(thread_id);
  if (found == goals_.end()) return nullptr;
  auto goal = found->second.lock();
  if (goal && !goal->is_over()) return goal;
  goals_.erase(found);
  return nullptr;
}

std::shared_ptr<EventLog> Router::new_log(const std::string& name) const {
  return std::make_shared<EventLog>(name, Retention::turn, event_buffer_bytes_, timers_);
}

std::shared_ptr<EventLog> Router::find_turn(std::string_view turn_id) {
  const auto found = turns_.find(turn_id);
  if (found == turns_.end()) return nullptr;
  auto log = found->second.log.lock();
  if (!log) turns_.erase(found);
  return log;
}

std::shared_ptr<EventLog> Router::open_turn(const std::string& thread_id,
                                            const std::string& turn_id, bool is_review) {
  auto log = new_log("turn " + turn_id);
  turns_.insert_or_assign(turn_id, Turn{thread_id, log, is_review, false});
  for (const auto& pending : pending_) {
    if (pending->thread_id == thread_id) add_turn(*pending, turn_id, log);
  }
  return log;
}

void Router::add_turn(PendingTurn::State& pending, const std::string& turn_id,
                      std::shared_ptr<EventLog> log) {
  Subscription events(std::move(log), &pending);
  const auto [place, is_new] = pending.turns.insert_or_assign(turn_id, std::move(events));
  if (is_new) pending.order.push_back(turn_id);
}

/// A start is answered soon; until then a runtime could begin turns without end.
void Router::bound_early_turns(std::string_view thread_id) {
  for (const auto& pending : pending_) {
    if (pending->thread_id != thread_id) continue;
    while (are_too_many(*pending)) {
      const std::string oldest = std::move(pending->order.front());
      pending->order.pop_front();
      const auto found = pending->turns.find(oldest);
      pending->forgotten += found->second.log()->event_count();
      pending->turns.erase(found);
      (void)find_turn(oldest);  // which forgets what nobody reads
    }
  }
}

bool Router::are_too_many(const PendingTurn::State& pending) const {
  if (pending.turns.size() <= 1) return false;
  if (pending.turns.size() > kept_early_turns) return true;
  std::size_t bytes = 0;
  for (const auto& [turn_id, events] : pending.turns) bytes += events.log()->held_bytes();
  return bytes > event_buffer_bytes_;
}

std::shared_ptr<EventLog> Router::turn_for(std::string_view thread_id, std::string_view turn_id) {
  if (auto log = find_turn(turn_id)) return log;
  // Some events come after their turn's end: they must not start it again.
  if (!is_expected(thread_id) || is_completed(turn_id)) return nullptr;
  return open_turn(std::string(thread_id), std::string(turn_id), is_review_expected(thread_id));
}

std::shared_ptr<EventLog> Router::review_started_by(const Notification& event, RootTurnId root) {
  if (event.method() != "turn/started") return nullptr;
  if (!root) return unstarted_review_for(event);
  if (root->empty() || *root == event.turn_id()) return nullptr;
  const auto found = turns_.find(*root);
  if (found == turns_.end()) {
    return is_review_expected(event.thread_id()) ? turn_for(event.thread_id(), *root) : nullptr;
  }
  const Turn& turn = found->second;
  return turn.is_review && turn.thread_id == event.thread_id() ? turn.log.lock() : nullptr;
}

/// Runtimes before 0.162.1 do not say which turn is the root of one that begins; they let no other
/// turn of the thread begin while a review runs.
std::shared_ptr<EventLog> Router::unstarted_review_for(const Notification& event) {
  if (turns_.contains(event.turn_id())) return nullptr;
  for (auto& [turn_id, turn] : turns_) {
    if (!turn.is_review || turn.has_begun || turn.thread_id != event.thread_id()) continue;
    if (auto log = turn.log.lock()) {
      turn.has_begun = true;
      return log;
    }
  }
  return nullptr;
}

Subscription Router::ended_turn(const std::string& turn_id) const {
  const auto log = new_log("turn " + turn_id);
  log->finish();
  return Subscription(log);
}

bool Router::is_expected(std::string_view thread_id) const {
  return std::any_of(pending_.begin(), pending_.end(),
                     [&](const auto& pending) { return pending->thread_id == thread_id; });
}

bool Router::is_review_expected(std::string_view thread_id) const {
  return std::any_of(pending_.begin(), pending_.end(), [&](const auto& pending) {
    return pending->is_review && pending->thread_id == thread_id;
  });
}

bool Router::is_completed(std::string_view turn_id) const {
  return std::find(completed_turns_.begin(), completed_turns_.end(), turn_id) !=
         completed_turns_.end();
}

void Router::note_completed(std::string_view turn_id) {
  if (const auto found = turns_.find(turn_id); found != turns_.end()) turns_.erase(found);
  completed_turns_.emplace_back(turn_id);
  if (completed_turns_.size() > kept_completed_turns) completed_turns_.pop_front();
}

void Router::forget_unread_logs() {
  std::erase_if(turns_, [](const auto& entry) { return entry.second.log.expired(); });
  std::erase_if(logins_, [](const auto& entry) { return entry.second.expired(); });
}

std::vector<std::shared_ptr<EventLog>> Router::take_live_logs() {
  std::vector<std::shared_ptr<EventLog>> logs = {general_};
  for (const auto& [id, turn] : turns_) logs.push_back(turn.log.lock());
  for (const auto& [id, login] : logins_) logs.push_back(login.lock());
  turns_.clear();
  logins_.clear();
  std::erase(logs, nullptr);
  return logs;
}

Subscription Router::bind(PendingTurn::State& pending, const std::string& turn_id) {
  const std::lock_guard lock(mutex_);
  if (const auto found = pending.turns.find(turn_id); found != pending.turns.end()) {
    Subscription subscription = std::move(found->second);
    pending.turns.erase(found);
    std::erase(pending.order, turn_id);
    return subscription;
  }
  throw_if_failed();
  if (is_completed(turn_id)) return ended_turn(turn_id);
  auto log = find_turn(turn_id);
  Subscription subscription(
      log ? std::move(log) : open_turn(pending.thread_id, turn_id, pending.is_review), &pending);
  subscription.note_missed(pending.forgotten);  // they may have been this turn's
  return subscription;
}

/// I/O thread, so that no event comes in between.
void Router::give_back(const std::shared_ptr<PendingTurn::State>& pending) {
  for (auto& [turn_id, events] : pending->turns) {
    const bool was_followed =
        std::ranges::find(pending->followed, turn_id) != pending->followed.end();
    if (was_followed || events.log()->has_reader(pending.get())) continue;
    while (auto event = events.next_if_there()) general_->append(*std::move(event));
  }
}

void Router::release(const std::shared_ptr<PendingTurn::State>& pending) noexcept {
  if (std::exchange(pending->gives_back, false)) {
    (void)timers_->add(Clock::now(), [self = shared_from_this(), pending](Expiry) {
      self->give_back(pending);
      self->release(pending);
    });
    return;
  }
  std::map<std::string, Subscription, std::less<>> unclaimed;  // ends without the lock
  const std::lock_guard lock(mutex_);
  std::erase(pending_, pending);
  unclaimed.swap(pending->turns);
}

}  // namespace codex::detail
