#include "recovery/recovery.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <codex/errors.hpp>
#include <codex/protocol/support/codec.hpp>

#include "wire/peek.hpp"
#include "wire/rpc_error.hpp"

namespace codex::detail {
namespace {

using std::chrono::milliseconds;

/// The runtime asks again right after it resumed a thread.
constexpr std::chrono::seconds asked_again_after{1};
/// So often the record of a turn tells nothing before the turn counts as lost, and for as long as a
/// start may take to show up: the runtime writes a turn's end a moment after it told of it, and
/// connections that are cut again and again bring many looks in that moment.
constexpr int max_doubts = 6;
constexpr std::size_t kept_ended_turns = 256;
constexpr std::size_t max_pages = 20;

std::string text_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const JsonRpcError& refusal) {
    return refusal.message();
  } catch (const std::exception& problem) {
    return problem.what();
  } catch (...) {
    return "an unknown error";
  }
}

template <class Error>
bool is_a(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const Error&) {
    return true;
  } catch (...) {
    return false;
  }
}

/// Requests that change nothing, or the same again.
bool may_be_repeated(std::string_view method) {
  constexpr std::array<std::string_view, 6> others = {"thread/name/set", "thread/resume",
                                                      "thread/start",    "thread/unsubscribe",
                                                      "turn/interrupt",  "initialize"};
  return method.ends_with("/list") || method.ends_with("/read") || method.ends_with("/get") ||
         std::ranges::find(others, method) != others.end();
}

/// Requests whose result says that this connection gets a thread's events.
bool brings_up_thread(std::string_view method) {
  return method == "thread/start" || method == "thread/resume" || method == "thread/fork";
}

bool takes_down_thread(std::string_view method) {
  return method == "thread/unsubscribe" || method == "thread/archive" || method == "thread/delete";
}

bool ends_thread(std::string_view method) {
  return method == "thread/archived" || method == "thread/deleted" || method == "thread/closed";
}

std::string thread_of(const Message& message) {
  const Envelope& envelope = message.envelope;
  return std::string(envelope.thread_id.empty() ? envelope.conversation_id : envelope.thread_id);
}

std::string read_turns_params(const std::string& thread_id, const std::string& cursor, int limit,
                              bool has_items) {
  const std::string page = cursor.empty() ? "" : R"(,"cursor":)" + protocol::encode(cursor);
  return R"({"threadId":)" + protocol::encode(thread_id) + R"(,"itemsView":")" +
         (has_items ? "full" : "notLoaded") + R"(","sortDirection":"desc","limit":)" +
         std::to_string(limit) + page + "}";
}

std::string start_result(const std::string& turn_id) {
  return R"({"turn":{"id":)" + protocol::encode(turn_id) +
         R"(,"items":[],"itemsView":"notLoaded","status":"inProgress","error":null}})";
}

/// The turns of these pages, the oldest first.
std::vector<Peek> turns_of(const std::vector<std::string>& pages) {
  std::vector<Peek> turns;
  for (const auto& page : pages) {
    const auto data = Peek(page)["data"].elements();
    turns.insert(turns.end(), data.begin(), data.end());
  }
  std::ranges::reverse(turns);
  return turns;
}

}  // namespace

TransportFactory Recovery::over(TransportFactory factory, const Reconnect& terms) {
  return [self = shared_from_this(), factory = std::move(factory), terms] {
    auto transport = std::make_unique<ReconnectingTransport>(factory, terms, self);
    self->transport_ = transport.get();
    return transport;
  };
}

void Recovery::begin(Connection& connection) {
  connection_ = &connection;
  has_begun_ = true;
}

// --- cut and back ---

bool Recovery::cut(const Transport::End& end) {
  auto* const connection = this->connection();
  if (!connection) return false;
  ++epoch_;
  asked_.note_cut();
  for (auto& [id, thread] : threads_) {
    thread.is_in_step = false;
    thread.is_held = true;
    thread.held.clear();
    thread.held_bytes = 0;
    thread.starts.clear();  // `fate_of` finds them again
  }
  to_try_.clear();
  to_resume_.clear();
  resuming_ = 0;
  for (auto& [id, turn] : turns_) turn.ledger.note_cut();
  connection->window().cut([this](const SentRequest& request) { return fate_of(request); });
  const Failure failure{.reason = end.reason,
                        .exit_status = end.exit_status,
                        .advice = "The client connects again by itself."};
  connection->router().fail_logins(failure);
  if (options_.on_cut) options_.on_cut(failure);
  return true;
}

AfterCut Recovery::fate_of(const SentRequest& request) {
  const Peek params = Peek(request.line)["params"];
  if (request.method == "turn/start" && params["clientUserMessageId"]) {
    Thread* const thread = follow(params["threadId"].text());
    if (thread == nullptr) return AfterCut::fail;
    thread->starts.push_back({request.id, params["clientUserMessageId"].text()});
    thread->is_held = true;
    return AfterCut::keep;
  }
  return may_be_repeated(request.method) ? AfterCut::repeat : AfterCut::fail;
}

void Recovery::connected() {
  auto* const connection = this->connection();
  if (!connection) return;
  const auto greeted = [this](const std::string& result) {
    auto* const alive = this->connection();
    try {
      options_.check_greeting(result);
      alive->notify("initialized");
    } catch (const CodexError& error) {
      return alive->give_up(std::string("The connection was cut, and made again to another ") +
                            "runtime: " + error.what());
    }
    transport_->settle();
    resume_threads();
  };
  const auto refused = [this](const std::exception_ptr& error) {
    transport_->drop("The Codex runtime did not accept the client again: " + text_of(error));
  };
  ask("initialize", options_.initialize_params, greeted, refused);
}

void Recovery::ask(std::string_view method, std::string params, OnResult on_result,
                   OnError on_error) {
  auto* const connection = this->connection();
  if (!connection) return;
  connection->start(
      {.method = std::string(method),
       .params = std::move(params),
       .deadline = deadline_after(Clock::now(), options_.handshake_timeout),
       .completion =
           [self = shared_from_this(), epoch = epoch_, on_result = std::move(on_result),
            on_error = std::move(on_error)](Outcome<std::string> outcome) {
             if (self->epoch_ != epoch || !self->connection()) return;
             const auto* error = std::get_if<std::exception_ptr>(&outcome);
             if (error == nullptr) return on_result(std::get<std::string>(outcome));
             if (is_a<TransportClosedError>(*error)) return;  // which `cut` sees to
             on_error(*error);
           },
       .is_urgent = true});
}

void Recovery::after(milliseconds time, std::function<void()> work) {
  auto* const connection = this->connection();
  if (!connection) return;
  (void)connection->timers()->add(Clock::now() + time, [weak = weak_from_this(), epoch = epoch_,
                                                        work = std::move(work)](Expiry) {
    const auto self = weak.lock();
    if (self && self->epoch_ == epoch) work();
  });
}

// --- threads ---

void Recovery::resume_threads() {
  auto* const connection = this->connection();
  std::vector<std::string> ids;
  for (auto& [id, thread] : threads_) {
    ids.push_back(id);
    thread.out_of_step_since = Clock::now();
  }
  // Cuts may come faster than all can be resumed: first those that a caller waits for.
  std::ranges::stable_partition(ids, [this](const std::string& id) { return is_in_use(id); });
  to_try_ = {ids.begin(), ids.end()};
  to_resume_ = {ids.begin(), ids.end()};
  connection->window().resume({ids.begin(), ids.end()});
  resume_next();
  if (ids.empty()) note_restored();
}

void Recovery::resume(const std::string& thread_id) {
  to_resume_.push_back(thread_id);
  resume_next();
}

void Recovery::resume_next() {
  while (resuming_ < max_resuming && !to_resume_.empty()) {
    const std::string thread_id = std::move(to_resume_.front());
    to_resume_.pop_front();
    if (!threads_.contains(thread_id)) {
      release(thread_id);
      continue;
    }
    ++resuming_;
    const auto resumed = [this, thread_id](const std::string& result) {
      --resuming_;
      note_resumed(thread_id, result);
      resume_next();
    };
    const auto failed = [this, thread_id](const std::exception_ptr& error) {
      --resuming_;
      retry_resume(thread_id, error);
      resume_next();
    };
    ask("thread/resume", options_.resume_params(thread_id), resumed, failed);
  }
}

void Recovery::retry_resume(const std::string& thread_id, const std::exception_ptr& error) {
  const auto found = threads_.find(thread_id);
  if (found == threads_.end()) return release(thread_id);
  Thread& thread = found->second;
  const auto again_for = [&](milliseconds time) {
    if (Clock::now() - thread.out_of_step_since > time) return false;
    after(options_.look_again_after, [this, thread_id] { resume(thread_id); });
    return true;
  };
  const std::string why = text_of(error);
  // A second time it is the thread, and the others must not be cut for it again and again.
  if (is_a<TimeoutError>(error) && ++thread.timeouts == 1)
    return transport_->drop("The Codex runtime did not answer: " + why);
  if (is_a<ServerBusyError>(error) && again_for(options_.writer_grace)) return;
  if (why.find("already has an active writer") != std::string::npos &&
      again_for(options_.writer_grace)) {
    return note_tried(thread_id);
  }
  // What was just begun may not be stored yet.
  const bool may_come = has_turns(thread_id) || !thread.starts.empty();
  if (is_of_unstored_thread(error) && may_come && again_for(options_.start_grace)) return;
  lose_thread(thread_id, why);
}

void Recovery::note_resumed(const std::string& thread_id, std::string_view result) {
  const auto found = threads_.find(thread_id);
  if (found == threads_.end()) return release(thread_id);
  found->second.is_in_step = true;
  found->second.timeouts = 0;
  if (options_.on_resumed) options_.on_resumed(thread_id, result);
  is_in_use(thread_id) ? read_turns(thread_id, {}) : release(thread_id);
}

/// It cannot be resumed, so its turns are lost. It may go on all the same: the first turn of a
/// thread makes it one that can.
void Recovery::lose_thread(const std::string& thread_id, const std::string& why) {
  std::vector<std::string> lost;
  for (const auto& [id, turn] : turns_) {
    if (turn.ledger.thread_id() == thread_id) lost.push_back(id);
  }
  for (const auto& id : lost) lose_turn(id, "its thread cannot be resumed: " + why);
  auto* const connection = this->connection();
  connection->router().fail_goal(thread_id, [thread_id, why] {
    return make_error<TurnLostError>("The goal of thread " + thread_id +
                                     " was lost while the connection was cut: " + why);
  });
  end_starts(thread_id);
  if (const auto thread = threads_.find(thread_id); thread != threads_.end()) {
    thread->second.timeouts = 0;
  }
  release(thread_id);
}

void Recovery::note_tried(const std::string& thread_id) {
  if (to_try_.erase(thread_id) > 0 && to_try_.empty()) note_restored();
}

void Recovery::note_restored() {
  if (options_.on_restored) options_.on_restored();
}

// --- turns ---

void Recovery::read_turns(const std::string& thread_id, Record record) {
  std::string params = read_turns_params(thread_id, record.cursor, record.limit, record.has_items);
  const auto so_far = std::make_shared<Record>(std::move(record));
  const auto read = [this, thread_id, so_far](const std::string& result) {
    so_far->pages.push_back(result);
    so_far->cursor = Peek(result)["nextCursor"].text();
    so_far->has_items = true;
    const auto turns = turns_of(so_far->pages);
    const auto is_there = [&](const std::string& id) {
      return std::ranges::any_of(
          turns, [&](Peek turn) { return turn["id"].is(id) || turn["rootTurnId"].is(id); });
    };
    const bool has_all = std::ranges::all_of(turns_, [&](const auto& entry) {
      return entry.second.ledger.thread_id() != thread_id || is_there(entry.first);
    });
    if (!has_all && !so_far->cursor.empty() && so_far->pages.size() < max_pages) {
      return read_turns(thread_id, std::move(*so_far));
    }
    catch_up(thread_id, so_far->pages);
  };
  const auto failed = [this, thread_id, so_far](const std::exception_ptr& error) {
    const auto found = threads_.find(thread_id);
    if (found == threads_.end()) return release(thread_id);
    if (is_a<MessageTooLargeError>(error) || is_a<DecodeError>(error)) {
      return read_less(thread_id, std::move(*so_far), error);
    }
    const bool may_come = is_a<ServerBusyError>(error) || is_a<InvalidRequestError>(error) ||
                          is_of_unstored_thread(error);
    if (!may_come || Clock::now() - found->second.out_of_step_since > options_.start_grace) {
      return lose_thread(thread_id, text_of(error));
    }
    after(options_.look_again_after, [this, thread_id] { read_turns(thread_id, {}); });
  };
  ask("thread/turns/list", std::move(params), read, failed);
}

/// After a page that is larger or more deeply nested than is taken: turn by turn, and of a turn
/// that is so by itself only what became of it.
void Recovery::read_less(const std::string& thread_id, Record record,
                         const std::exception_ptr& error) {
  if (!record.has_items) return lose_thread(thread_id, text_of(error));
  if (std::exchange(record.limit, 1) == 1) record.has_items = false;
  read_turns(thread_id, std::move(record));
}

void Recovery::catch_up(const std::string& thread_id, const std::vector<std::string>& pages) {
  if (!threads_.contains(thread_id)) return release(thread_id);
  const auto turns = turns_of(pages);
  bool is_news = false;
  for (const Peek turn : turns) {
    const std::string id = turn["id"].text();
    if (id.empty() || id.size() > max_id_bytes) continue;
    for (const Peek item : turn["items"].elements()) adopt_start(thread_id, item, id);
    // Those that began after one that the app follows, it would have heard of as well.
    is_news =
        is_news || turns_.contains(followed_as(id, turn["rootTurnId"].text())) || has_ended(id);
    if (is_news && !has_ended(id)) catch_up_with(thread_id, turn);
  }
  const bool looks_again = is_in_doubt(thread_id, turns);
  release(thread_id);
  if (looks_again)
    after(options_.look_again_after, [this, thread_id] { read_turns(thread_id, {}); });
}

void Recovery::catch_up_with(const std::string& thread_id, Peek turn) {
  const std::string own_id = turn["id"].text();
  const std::string id = followed_as(own_id, turn["rootTurnId"].text());
  if (!turns_.contains(id)) open_turn(thread_id, id).ledger.note_cut();
  const TurnLedger& ledger = turns_.at(id).ledger;
  auto* const connection = this->connection();
  is_catching_up_ = true;
  for (auto& text : id == own_id ? ledger.missing_from(turn) : ledger.missing_items_from(turn))
    pass(connection->scan(std::move(text)));
  is_catching_up_ = false;
}

/// Whether the record does not tell yet what became of a turn or of a start. It does so at the
/// end; then what it does not know is lost.
bool Recovery::is_in_doubt(const std::string& thread_id, const std::vector<Peek>& turns) {
  std::vector<std::string> lost;
  bool is_open = false;
  for (auto& [id, turn] : turns_) {
    if (turn.ledger.thread_id() != thread_id) continue;
    // No other turn begins while a review runs.
    const bool runs = std::ranges::any_of(turns, [&](Peek other) {
      return other["status"].is("inProgress") &&
             (other["id"].is(id) || other["rootTurnId"].is(id) || turn.is_review);
    });
    if (runs) {
      turn.doubts = 0;
      continue;
    }
    if (turn.doubts++ == 0) turn.doubted_since = Clock::now();
    const bool has_had_time = Clock::now() - turn.doubted_since >= options_.start_grace;
    if (turn.doubts >= max_doubts && has_had_time) {
      lost.push_back(id);
    } else {
      is_open = true;
    }
  }
  for (const auto& id : lost) lose_turn(id, "the runtime that ran it ended, or lost it");
  Thread& thread = threads_.at(thread_id);
  if (thread.starts.empty()) return is_open;
  const bool is_late = Clock::now() - thread.out_of_step_since > options_.start_grace;
  if (is_late || options_.is_own_process) end_starts(thread_id);
  return is_open || !thread.starts.empty();
}

void Recovery::release(const std::string& thread_id) {
  if (const auto found = threads_.find(thread_id); found != threads_.end()) {
    Thread& thread = found->second;
    thread.is_held = false;
    thread.held_bytes = 0;
    const auto held = std::exchange(thread.held, {});
    for (const auto& message : held) pass(message);
  }
  // Also of a thread that is followed no longer: what waits for it would wait for ever.
  after(asked_again_after, [this, thread_id] {
    if (options_.on_asked_again) options_.on_asked_again(thread_id);
  });
  if (auto* const connection = this->connection()) connection->window().release(thread_id);
  note_tried(thread_id);
}

// --- starts that were cut ---

/// The message of a start is the only proof that its turn runs.
void Recovery::adopt_start(const std::string& thread_id, Peek item, const std::string& turn_id) {
  const auto found = threads_.find(thread_id);
  if (found == threads_.end() || found->second.starts.empty()) return;
  auto& starts = found->second.starts;
  const auto start = std::ranges::find_if(
      starts, [&](const LostStart& one) { return item["clientId"].is(one.client_message_id); });
  if (start == starts.end()) return;
  const std::uint64_t id = start->id;
  starts.erase(start);
  if (!turns_.contains(turn_id) && !has_ended(turn_id)) {
    open_turn(thread_id, turn_id).ledger.note_cut();
  }
  connection()->window().answer(id, start_result(turn_id));
}

/// Those whose turn has not shown up. Sent again they might run twice, unless their process is
/// gone.
void Recovery::end_starts(const std::string& thread_id) {
  const auto found = threads_.find(thread_id);
  if (found == threads_.end()) return;
  auto* const connection = this->connection();
  auto& window = connection->window();
  for (const LostStart& start : std::exchange(found->second.starts, {})) {
    if (options_.is_own_process) {
      window.repeat(start.id);
      continue;
    }
    constexpr const char* advice =
        "It was not started, as far as can be told: read the thread before you start it again.";
    window.refuse(start.id, make_error<TransportClosedError>(
                                "The connection to the Codex runtime was cut before turn/start was "
                                "answered, and the thread has no such turn",
                                ExitStatus{}, "", advice));
  }
}

void Recovery::lose_turn(const std::string& turn_id, const std::string& why) {
  asked_.forget_turn(turn_id);
  turns_.erase(turn_id);
  note_ended(turn_id, true);
  auto* const connection = this->connection();
  connection->router().fail_turn(turn_id, [turn_id, why] {
    return make_error<TurnLostError>("The turn " + turn_id +
                                     " was lost while the connection was cut: " + why +
                                     ". The thread can start its next turn.");
  });
  if (options_.on_turn_lost) options_.on_turn_lost(turn_id);
}

// --- messages ---

bool Recovery::admit(const std::shared_ptr<const Message>& message) {
  const auto found = threads_.find(thread_of(*message));
  if (found != threads_.end() && found->second.is_held) {
    hold(found->second, message);
    return false;
  }
  return is_shown(*message);
}

void Recovery::note_result(const SentRequest& request, std::string_view result) {
  const auto named = [&] { return Peek(request.line)["params"]["threadId"].text(); };
  if (brings_up_thread(request.method)) {
    Thread* const thread = follow(Peek(result)["thread"]["id"].text());
    if (thread != nullptr) thread->is_in_step = true;
  } else if (takes_down_thread(request.method)) {
    threads_.erase(named());
  } else if (request.method == "thread/turns/list") {
    note_list(named(), Peek(result)["data"]);
  } else if (request.method == "turn/start") {
    note_started(named(), Peek(result)["turn"]["id"].text(), false);
  } else if (request.method == "review/start") {
    note_started(Peek(result)["reviewThreadId"].text(), Peek(result)["turn"]["id"].text(), true);
  }
}

void Recovery::note_started(const std::string& thread_id, const std::string& turn_id,
                            bool is_review) {
  if (turn_id.empty() || turn_id.size() > max_id_bytes || has_ended(turn_id)) return;
  Thread* const thread = follow(thread_id);
  if (thread == nullptr) return;
  Turn& turn = open_turn(thread_id, turn_id);
  turn.is_review = is_review;
  turn.ledger.note_begin();
  if (thread->is_in_step || epoch_ == 0) return;
  // Its first turn: now it can be resumed.
  turn.ledger.note_cut();
  thread->is_held = true;
  thread->out_of_step_since = Clock::now();
  connection()->window().hold(thread_id);
  resume(thread_id);
}

/// Where the client takes up a turn that runs, it has its beginning from here.
void Recovery::note_list(const std::string& thread_id, Peek turns) {
  const auto thread = threads_.find(thread_id);
  if (thread == threads_.end() || thread->second.is_held) return;  // the list is our own
  for (const Peek turn : turns.elements()) {
    const std::string id = turn["id"].text();
    const bool runs = turn["status"].is("inProgress") && !has_ended(id);
    if (runs && id.size() <= max_id_bytes) open_turn(thread_id, id).ledger.note_before(turn);
  }
}

void Recovery::hold(Thread& thread, const std::shared_ptr<const Message>& message) {
  const bool is_delta = message->envelope.method.ends_with("elta");
  if (thread.held_bytes > options_.max_held_bytes && is_delta) {
    const Envelope& delta = message->envelope;
    if (delta.turn_id.empty() || delta.turn_id.size() > max_id_bytes || has_ended(delta.turn_id)) {
      return;
    }
    open_turn(delta.thread_id, delta.turn_id).ledger.note_gap(delta.item_id);
    return;
  }
  thread.held_bytes += message->text.size();
  thread.held.push_back(message);
}

void Recovery::pass(const std::shared_ptr<const Message>& message) {
  if (!is_shown(*message)) return;
  if (auto* const connection = this->connection()) connection->deliver(message);
}

bool Recovery::is_shown(const Message& message) {
  const Envelope& envelope = message.envelope;
  if (envelope.kind == MessageKind::server_request) return is_asked_anew(message);
  if (envelope.method == "serverRequest/resolved") asked_.note_resolved(envelope.request_id);
  if (envelope.thread_id.empty()) return true;
  const std::string thread_id(envelope.thread_id);
  if (ends_thread(envelope.method)) {
    threads_.erase(thread_id);
    return true;
  }
  if (envelope.turn_id.empty()) return true;
  if (envelope.method == "item/started") {
    adopt_start(thread_id, Peek(envelope.params)["item"], std::string(envelope.turn_id));
  }
  const bool is_last = envelope.method == "turn/completed";
  const bool is_first = envelope.method == "turn/started";
  const std::string root_id(is_first ? envelope.root_turn_id.value_or("") : "");
  const std::string turn_id = followed_as(std::string(envelope.turn_id), root_id);
  // The turns that run come first: this is asked for each event.
  const EndedTurn* const ended = turns_.contains(turn_id) ? nullptr : this->ended(turn_id);
  if (ended != nullptr) {
    return !ended->is_by_record || (!is_last && !envelope.method.starts_with("item/"));
  }
  if (Thread* const thread = follow(thread_id)) thread->is_in_step = true;
  Turn& turn = open_turn(thread_id, turn_id);
  const TurnLedger::Verdict verdict = turn.ledger.take(message);
  if (is_last) {
    asked_.forget_turn(turn_id);
    turns_.erase(turn_id);
    note_ended(turn_id, is_catching_up_);
  } else if (envelope.method == "item/completed") {
    asked_.note_completed(turn_id, envelope.item_id);
  }
  auto* const connection = this->connection();
  if (!connection) return verdict.is_shown;
  for (const std::string& before : verdict.before) connection->deliver(connection->scan(before));
  return verdict.is_shown;
}

bool Recovery::is_asked_anew(const Message& request) {
  const auto verdict = asked_.take(request);
  auto* const connection = this->connection();
  if (verdict.answer && connection) connection->answer_again(*verdict.answer);
  return verdict.is_shown;
}

Connection* Recovery::connection() const { return has_begun_ ? connection_ : nullptr; }

Recovery::Thread* Recovery::follow(std::string_view thread_id) {
  if (thread_id.empty() || thread_id.size() > max_id_bytes) return nullptr;
  const auto found = threads_.find(thread_id);
  if (found != threads_.end()) return &found->second;
  if (threads_.size() >= max_threads) forget_one_thread();
  Thread& thread = threads_[std::string(thread_id)];
  thread.number = ++next_number_;
  return &thread;
}

void Recovery::forget_one_thread() {
  const auto rank = [this](const auto& entry) {
    const bool is_in_use = entry.second.is_held || has_turns(entry.first);
    return std::pair(is_in_use, entry.second.number);
  };
  const auto least = std::ranges::min_element(threads_, {}, rank);
  if (!least->second.is_held) threads_.erase(least);  // else they are all being resumed
}

void Recovery::forget_one_turn() {
  const auto rank = [this](const auto& entry) {
    return std::pair(threads_.contains(entry.second.ledger.thread_id()), entry.second.number);
  };
  turns_.erase(std::ranges::min_element(turns_, {}, rank));
}

Recovery::Turn& Recovery::open_turn(std::string_view thread_id, std::string_view turn_id) {
  const std::string id(turn_id);
  const auto found = turns_.find(id);
  if (found != turns_.end()) return found->second;
  if (turns_.size() >= max_turns) forget_one_turn();
  return turns_
      .emplace(id, Turn{.ledger = TurnLedger(std::string(thread_id), id, options_.left_out),
                        .number = ++next_number_})
      .first->second;
}

std::string Recovery::followed_as(const std::string& turn_id, std::string root_id) const {
  return !turns_.contains(turn_id) && turns_.contains(root_id) ? root_id : turn_id;
}

bool Recovery::is_in_use(const std::string& thread_id) const {
  return has_turns(thread_id) || !threads_.at(thread_id).starts.empty() ||
         connection()->router().has_goal(thread_id);
}

bool Recovery::has_turns(std::string_view thread_id) const {
  return std::ranges::any_of(
      turns_, [&](const auto& entry) { return entry.second.ledger.thread_id() == thread_id; });
}

const Recovery::EndedTurn* Recovery::ended(std::string_view turn_id) const {
  const auto found = std::ranges::find(ended_turns_, turn_id, &EndedTurn::id);
  return found != ended_turns_.end() ? &*found : nullptr;
}

void Recovery::note_ended(std::string_view turn_id, bool is_by_record) {
  ended_turns_.push_back({std::string(turn_id), is_by_record});
  if (ended_turns_.size() > kept_ended_turns) ended_turns_.pop_front();
}

}  // namespace codex::detail
