#include "testing/scripted/recording.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <utility>

#include <codex/protocol/support/nesting.hpp>

#include "os/utf8_path.hpp"
#include "wire/byte_order_mark.hpp"

namespace codex::testing::detail {
namespace {

bool is_request(const RecordedLine& line) {
  return line.message.contains("method") && line.message.contains("id");
}

bool is_response(const RecordedLine& line) {
  return line.message.contains("id") && !line.message.contains("method");
}

bool begins_session(const RecordedLine& line) {
  return line.is_sent && is_request(line) && line.message["method"] == "initialize";
}

/// A banner of the runtime may precede the first request.
bool has_begun(const RecordedSession& session) {
  return std::ranges::any_of(session, [](const RecordedLine& line) { return line.is_sent; });
}

/// Reads a line of a recording; nothing if it is none.
std::optional<RecordedLine> parse_line(const std::string& text) {
  const Json json =
      protocol::detail::parse_or_discard(codex::detail::without_byte_order_mark(text));
  if (!json.is_object() || !json.contains("dir") || !json.contains("msg")) return std::nullopt;
  RecordedLine line{.is_sent = json["dir"] == "send", .message = json["msg"], .raw = {}};
  if (line.message.is_object()) return line;
  line.message = nullptr;
  if (const auto raw = json.find("raw"); raw != json.end() && raw->is_string()) {
    line.raw = raw->get<std::string>();
  }
  return line;
}

/// How well a recorded request matches this one; not if the method differs.
int likeness(const Json& recorded, const ScriptedRequest& request) {
  const Json params = recorded.value("params", Json());
  if (params == request.params) return 2;
  const bool both = params.is_object() && request.params.is_object();
  const bool same_thread = both && params.contains("threadId") &&
                           params["threadId"] == request.params.value("threadId", Json());
  return same_thread ? 1 : 0;
}

}  // namespace

std::vector<std::shared_ptr<const RecordedSession>> read_sessions(
    const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in)
    throw std::runtime_error("cannot read the recording " + codex::detail::utf8_from_path(file));
  std::vector<RecordedSession> sessions;
  std::size_t number = 0;
  for (std::string text; std::getline(in, text);) {
    if (++number == 1 && codex::detail::is_utf16(text)) {
      throw std::runtime_error("the recording " + codex::detail::utf8_from_path(file) +
                               " is UTF-16; convert it to UTF-8");
    }
    auto line = parse_line(text);
    if (!line && in.eof()) break;  // its writer was killed in the middle
    if (!line) {
      throw std::runtime_error(codex::detail::utf8_from_path(file) + ":" + std::to_string(number) +
                               ": this is no line of a recording");
    }
    if (sessions.empty() || (begins_session(*line) && has_begun(sessions.back()))) {
      sessions.emplace_back();
    }
    sessions.back().push_back(*std::move(line));
  }
  std::vector<std::shared_ptr<const RecordedSession>> shared;
  for (auto& session : sessions) {
    shared.push_back(std::make_shared<const RecordedSession>(std::move(session)));
  }
  if (shared.empty())
    throw std::runtime_error("the recording " + codex::detail::utf8_from_path(file) + " is empty");
  return shared;
}

Playback::Playback(std::shared_ptr<const RecordedSession> session) : session_(std::move(session)) {
  std::map<Json, std::size_t> latest;  // request by its recorded id
  for (std::size_t at = 0; at < session_->size(); ++at) {
    const RecordedLine& line = (*session_)[at];
    if (line.is_sent && is_request(line)) latest[line.message["id"]] = at;
    if (line.is_sent || !is_response(line)) continue;
    if (const auto found = latest.find(line.message["id"]); found != latest.end()) {
      requests_[at] = found->second;
    }
  }
}

bool Playback::take_request(const ScriptedRequest& request) {
  const auto at = find_request(request);
  if (at) arrived_.emplace(*at, Arrival{request.id, false});
  return at.has_value();
}

void Playback::skip_request(const ScriptedRequest& request) {
  if (const auto at = find_request(request)) arrived_.emplace(*at, Arrival{request.id, true});
}

void Playback::take_answer(const Json& id) {
  for (std::size_t at = 0; at < session_->size(); ++at) {
    const RecordedLine& line = (*session_)[at];
    if (!line.is_sent || !is_response(line) || line.message["id"] != id) continue;
    if (answers_.insert(at).second) return;
  }
}

std::optional<std::string> Playback::next() {
  while (position_ < session_->size() && has_come(position_)) {
    const std::size_t at = position_++;
    if (auto line = emit(at)) return line;
  }
  return next_early_response();
}

std::optional<std::size_t> Playback::find_request(const ScriptedRequest& request) const {
  std::optional<std::size_t> best;
  int best_likeness = -1;
  for (std::size_t at = 0; at < session_->size(); ++at) {
    const RecordedLine& line = (*session_)[at];
    if (!line.is_sent || !is_request(line) || arrived_.contains(at)) continue;
    if (line.message["method"] != request.method) continue;
    const int alike = likeness(line.message, request);
    if (alike > best_likeness) {
      best = at;
      best_likeness = alike;
    }
  }
  return best;
}

// The server's messages wait for nothing; the client's must have arrived. The server does not wait
// for the client's notifications.
bool Playback::has_come(std::size_t at) const {
  const RecordedLine& line = (*session_)[at];
  if (!line.is_sent) return true;
  if (is_request(line)) return arrived_.contains(at);
  return !is_response(line) || answers_.contains(at);
}

const Playback::Arrival* Playback::request_of(std::size_t response) const {
  const auto request = requests_.find(response);
  if (request == requests_.end()) return nullptr;
  const auto found = arrived_.find(request->second);
  return found != arrived_.end() ? &found->second : nullptr;
}

std::optional<std::string> Playback::emit(std::size_t at) {
  const RecordedLine& line = (*session_)[at];
  if (line.is_sent || emitted_early_.contains(at)) return std::nullopt;
  if (line.message.is_null()) return line.raw.empty() ? std::nullopt : std::optional(line.raw);
  if (!is_response(line)) return line.message.dump();
  const Arrival* request = request_of(at);
  if (request == nullptr || request->is_answered) return std::nullopt;
  Json response = line.message;
  response["id"] = request->id;
  return response.dump();
}

// If a client sends its requests in another order than the recorded one, a response must not wait
// for requests that it has not sent yet.
std::optional<std::string> Playback::next_early_response() {
  for (std::size_t at = position_; at < session_->size(); ++at) {
    if (emitted_early_.contains(at) || !requests_.contains(at)) continue;
    auto line = emit(at);
    if (!line) continue;
    emitted_early_.insert(at);
    return line;
  }
  return std::nullopt;
}

}  // namespace codex::testing::detail
