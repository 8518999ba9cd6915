#include "testing/scripted/session.hpp"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include <codex/protocol/support/nesting.hpp>

#include "testing/scripted/replies.hpp"

namespace codex::testing::detail {
namespace {

using codex::detail::deadline_after;

// How often to check a gate, which does not notify.
constexpr std::chrono::milliseconds gate_period{2};
constexpr std::chrono::milliseconds between_pieces{1};
constexpr std::size_t endless_piece_bytes = std::size_t{64} * 1024;

Json member(const Json& object, const char* name) {
  return object.is_object() ? object.value(name, Json()) : Json();
}

std::string text_member(const Json& object, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const Json value = member(object, name); value.is_string()) return value;
  }
  return {};
}

struct Ids {
  const std::string& thread;
  const std::string& turn;
  const Json& request;
};

/// Replaces "$thread", "$turn" and "$id" with the ids.
void fill_in(Json& json, const Ids& ids) {
  if (json.is_structured()) {
    for (Json& part : json) fill_in(part, ids);
  } else if (json == "$thread") {
    json = ids.thread;
  } else if (json == "$turn") {
    json = ids.turn;
  } else if (json == "$id") {
    json = ids.request;
  }
}

std::int64_t milliseconds_now() {
  const auto time = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

}  // namespace

Session::Session(Channel& channel, Ledger& ledger, std::shared_ptr<const RecordedSession> recording)
    : channel_(channel), ledger_(ledger) {
  if (recording) playback_.emplace(std::move(recording));
}

void Session::run() {
  while (!is_over_) {
    advance();
    if (is_over_) return;
    if (const auto line = channel_.next_line(next_due())) {
      take(*line);
    } else if (channel_.has_gone()) {
      // Like the runtime, it exits at the end of stdin.
      if (!ignores_shutdown_) end({.code = 0});
      return;
    }
  }
}

void Session::take(const std::string& line) {
  const Json message = protocol::detail::parse_or_discard(line);
  if (!message.is_object()) return ledger_.complain("the client sent no message: " + line);
  if (!message.contains("method")) return take_answer(message);
  ScriptedRequest request{.method = text_member(message, {"method"}),
                          .params = member(message, "params"),
                          .id = member(message, "id")};
  ledger_.record(request, line.size());
  if (!is_silent_) take_request(std::move(request));
}

void Session::take_request(ScriptedRequest request) {
  try {
    if (const auto answer = ledger_.answer_to(request)) {
      if (playback_) playback_->skip_request(request);
      return start(*answer, std::move(request));
    }
  } catch (const std::exception& error) {
    ledger_.complain("the answer to " + request.method + " threw: " + error.what());
    return start(Answer{}.error(-32603, error.what()), std::move(request));
  }
  if (request.id.is_null()) return;
  if (playback_) {
    if (playback_->take_request(request)) return;
  } else if (const auto answer = standing_answer(request, ledger_)) {
    return start(*answer, std::move(request));
  }
  const std::string refusal =
      (playback_ ? "the recording has no (more) " : "nothing was scripted for ") + request.method;
  ledger_.complain(refusal);
  start(Answer{}.error(-32601, refusal), std::move(request));
}

void Session::take_answer(const Json& message) {
  const Json id = member(message, "id");
  if (playback_) playback_->take_answer(id);
  for (Performance& performance : performances_) {
    if (performance.asked != id) continue;
    const auto& ask = std::get<Ask>(performance.steps[performance.at]);
    if (ask.expected && member(message, "result") != *ask.expected) {
      ledger_.complain("the answer to " + ask.method + " is " + message.dump() + ", expected was " +
                       ask.expected->dump());
    }
    performance.asked.reset();
    ++performance.at;
    return;
  }
}

void Session::start(const Answer& answer, ScriptedRequest request) {
  const Json& params = request.params;
  performances_.push_back({.steps = Steps::of(answer),
                           .thread_id = text_member(params, {"threadId"}),
                           .turn_id = text_member(params, {"turnId", "expectedTurnId"}),
                           .request = std::move(request)});
}

void Session::advance() {
  for (auto performance = performances_.begin(); performance != performances_.end();) {
    performance = finish(*performance) ? performances_.erase(performance) : std::next(performance);
  }
  while (playback_ && !is_silent_ && !is_over_) {
    const auto line = playback_->next();
    if (!line) return;
    send_line(*line + "\n");
  }
}

/// Continues it; true if it is done.
bool Session::finish(Performance& performance) {
  while (performance.at < performance.steps.size() && !is_silent_ && !is_over_) {
    const Step step = performance.steps[performance.at];
    const auto progress =
        std::visit([&](const auto& kind) { return perform(performance, kind); }, step);
    if (progress == Progress::waits) return false;
    ++performance.at;
  }
  return true;
}

TimePoint Session::next_due() const {
  TimePoint due = TimePoint::max();
  for (const Performance& performance : performances_) {
    const Step& step = performance.steps[performance.at];
    if (std::holds_alternative<Hold>(step)) due = std::min(due, Clock::now() + gate_period);
    if (performance.resume_at) due = std::min(due, *performance.resume_at);
  }
  return due;
}

Session::Progress Session::perform(Performance& performance, const Respond& step) {
  const ScriptedRequest& request = performance.request;
  if (request.id.is_null()) {
    ledger_.complain(request.method + " is a notification: it cannot be answered");
  } else {
    send(performance, {{"id", request.id}, {step.member, step.content}});
  }
  return Progress::done;
}

Session::Progress Session::perform(Performance& performance, const Notify& step) {
  for (std::size_t i = 0; i < step.count && !is_over_ && !channel_.has_gone(); ++i) {
    notify(performance, step.method, step.params);
  }
  return Progress::done;
}

Session::Progress Session::perform(Performance& performance, const Ask& step) {
  if (!performance.asked) {
    performance.asked = next_request_id_++;
    send(performance,
         {{"id", *performance.asked}, {"method", step.method}, {"params", step.params}});
  }
  return Progress::waits;  // until the answer arrives
}

Session::Progress Session::perform(Performance& performance, const BeginTurn&) {
  performance.turn_id = last_turn_id_ = ledger_.next_id("turn");
  perform(performance, Respond{"result", {{"turn", turn_json("inProgress")}}});
  notify(performance, "turn/started", {{"threadId", "$thread"}, {"turn", turn_json("inProgress")}});
  return Progress::done;
}

Session::Progress Session::perform(Performance& performance, const Say& step) {
  const std::string id = ledger_.next_id("item");
  std::string text;
  notify(performance, "item/started", item_json(message_json(id, text), "startedAtMs"));
  for (const std::string& piece : step.pieces) {
    notify(performance, "item/agentMessage/delta",
           {{"threadId", "$thread"}, {"turnId", "$turn"}, {"itemId", id}, {"delta", piece}});
    text += piece;
  }
  notify(performance, "item/completed", item_json(message_json(id, text), "completedAtMs"));
  return Progress::done;
}

Session::Progress Session::perform(Performance& performance, const EndTurn& step) {
  notify(performance, "turn/completed",
         {{"threadId", "$thread"}, {"turn", turn_json(step.status)}});
  return Progress::done;
}

Session::Progress Session::perform(Performance&, const Hold& step) {
  std::stop_source at_once;
  at_once.request_stop();
  return step.gate.pass(at_once.get_token()) ? Progress::done : Progress::waits;
}

Session::Progress Session::perform(Performance& performance, const Pause& step) {
  if (!performance.resume_at) performance.resume_at = deadline_after(Clock::now(), step.time);
  if (Clock::now() < *performance.resume_at) return Progress::waits;
  performance.resume_at.reset();
  return Progress::done;
}

Session::Progress Session::perform(Performance& performance, const RawMessage& step) {
  send(performance, step.message);
  return Progress::done;
}

Session::Progress Session::perform(Performance&, const RawBytes& step) {
  write(step.bytes);
  return Progress::done;
}

Session::Progress Session::perform(Performance&, const SplitNext& step) {
  split_at_ = step.offsets;
  return Progress::done;
}

Session::Progress Session::perform(Performance&, const EndlessLine& step) {
  const std::string piece(endless_piece_bytes, 'x');
  std::size_t left = step.bytes;
  while (left > 0 && !is_over_ && !channel_.has_gone()) {
    const std::size_t size = std::min(left, piece.size());
    write(std::string_view(piece).substr(0, size));
    left -= size;
  }
  return Progress::done;
}

Session::Progress Session::perform(Performance&, const Log& step) {
  channel_.write_stderr(step.text);
  return Progress::done;
}

Session::Progress Session::perform(Performance&, const Stall&) {
  is_silent_ = true;
  return Progress::done;
}

Session::Progress Session::perform(Performance&, const IgnoreShutdown&) {
  ignores_shutdown_ = true;
  channel_.ignore_shutdown();
  return Progress::done;
}

Session::Progress Session::perform(Performance&, const CloseStdout&) {
  channel_.close_stdout();
  return Progress::done;
}

Session::Progress Session::perform(Performance&, const CloseStdin&) {
  channel_.close_stdin();
  return Progress::done;
}

Session::Progress Session::perform(Performance&, const End& step) {
  end(step.status);
  return Progress::done;
}

Session::Progress Session::perform(Performance&, const EndAfter& step) {
  end_after_ = step;
  return Progress::done;
}

void Session::send(const Performance& performance, Json message) {
  fill_in(message, {.thread = performance.thread_id,
                    .turn = performance.turn_id.empty() ? last_turn_id_ : performance.turn_id,
                    .request = performance.request.id});
  send_line(message.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

void Session::notify(const Performance& performance, std::string_view method, Json params) {
  send(performance,
       {{"method", method}, {"params", std::move(params)}, {"emittedAtMs", milliseconds_now()}});
}

void Session::send_line(std::string_view line) {
  std::size_t begin = 0;
  for (const std::size_t end : std::exchange(split_at_, {})) {
    if (end <= begin || end >= line.size()) continue;
    write(line.substr(begin, end - begin));
    begin = end;
    // Without a pause they would reach the client as one piece.
    std::this_thread::sleep_for(between_pieces);
  }
  write(line.substr(begin));
}

void Session::write(std::string_view bytes) {
  if (is_over_) return;
  const std::size_t room = end_after_ ? end_after_->bytes : bytes.size();
  channel_.write(bytes.substr(0, room));
  if (!end_after_) return;
  end_after_->bytes -= std::min(room, bytes.size());
  if (end_after_->bytes == 0) end(end_after_->status);
}

void Session::end(ExitStatus status) {
  is_over_ = true;
  channel_.end(status);
}

}  // namespace codex::testing::detail
