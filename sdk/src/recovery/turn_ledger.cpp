#include "recovery/turn_ledger.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include <codex/protocol/support/codec.hpp>

namespace codex::detail {
namespace {

constexpr std::string_view part_added = "item/reasoning/summaryPartAdded";

/// Where an item has the text that its deltas sum up to.
struct Stream {
  std::string_view delta;  // the method
  std::string_view item_type;
  std::string_view member;  // of the item: a text, or a list of them
  std::string_view index;   // of the delta: which one of the list
};

constexpr std::array<Stream, 5> streams{{
    {"item/agentMessage/delta", "agentMessage", "text", ""},
    {"item/plan/delta", "plan", "text", ""},
    {"item/commandExecution/outputDelta", "commandExecution", "aggregatedOutput", ""},
    {"item/reasoning/summaryTextDelta", "reasoning", "summary", "summaryIndex"},
    {"item/reasoning/textDelta", "reasoning", "content", "contentIndex"},
}};

/// A text of more bytes is not kept: its end cannot be told then, and the app has it in the item.
constexpr std::size_t max_text_bytes = std::size_t{64} * 1024 * 1024;

const Stream* stream_of(std::string_view delta) {
  for (const Stream& stream : streams) {
    if (stream.delta == delta) return &stream;
  }
  return nullptr;
}

/// What follows in the text after what was streamed of it; nothing where that does not fit. The
/// runtime does not stream what a command prints in its first moments.
std::string rest_of_text(bool is_output, const std::string& text, std::string_view streamed) {
  if (streamed.size() > max_text_bytes) return {};
  const std::size_t begin = text.find(streamed);
  if (begin == std::string::npos || (begin > 0 && !is_output)) return {};
  return text.substr(begin + streamed.size());
}

bool is_item_event(std::string_view method) { return method.starts_with("item/"); }

/// The turn without its items, which the app gets one by one.
std::string bare(Peek turn) {
  return with_value(with_value(turn.raw(), {"items"}, "[]"), {"itemsView"}, R"("notLoaded")");
}

/// The turn as it was when it began.
std::string begun(Peek turn) {
  std::string text = bare(turn);
  for (const std::string_view member : {"completedAt", "durationMs", "error"}) {
    text = with_value(text, {member}, "null");
  }
  return with_value(text, {"status"}, R"("inProgress")");
}

bool is_over(Peek turn) {
  const Peek status = turn["status"];
  return status.is("completed") || status.is("failed") ||
         (status.is("interrupted") && turn["completedAt"]);
}

}  // namespace

TurnLedger::TurnLedger(std::string thread_id, std::string turn_id,
                       const std::set<std::string>& left_out)
    : thread_id_(std::move(thread_id)), turn_id_(std::move(turn_id)), left_out_(left_out) {}

TurnLedger::Verdict TurnLedger::take(const Message& event) {
  const std::string_view method = event.envelope.method;
  has_begun_ = true;
  if (method == "turn/started") is_whole_ = true;
  if (!is_item_event(method) || event.envelope.item_id.empty()) return {};
  const std::string id(event.envelope.item_id);
  if (method == "item/started") {
    return {.is_shown = !std::exchange(items_[id].is_announced, true)};
  }
  if (method == "item/completed") {
    // Of one that began during a cut, the app sees all that its stream would have had.
    const auto [place, is_new] = items_.try_emplace(id);
    if (is_new) place->second.has_gaps = was_cut_;
    Item& item = place->second;
    if (item.is_completed) return {.is_shown = false};
    item.is_completed = true;
    const Peek complete = Peek(event.envelope.params)["item"];
    Verdict verdict;
    const bool was_announced = std::exchange(item.is_announced, true);
    if (!was_announced && was_cut_ && !is_left_out("item/started")) {
      verdict.before.push_back(started(complete));
    }
    if (item.has_gaps) {
      auto rest = rest_of(id, item, complete);
      std::ranges::move(rest, std::back_inserter(verdict.before));
    }
    item.texts.clear();
    return verdict;
  }
  if (const auto channel = channel_of(event)) return {.is_shown = take_delta(event, *channel)};
  return {};
}

bool TurnLedger::take_delta(const Message& delta, const Channel& channel) {
  const auto found = items_.find(delta.envelope.item_id);
  if (found == items_.end()) return !was_cut_;  // of a runtime that does not tell of starts
  Item& item = found->second;
  if (item.has_gaps || item.is_completed) return false;
  std::string& text = item.texts[channel];
  if (channel.method == part_added || text.size() > max_text_bytes) return true;
  text += Peek(delta.envelope.params)["delta"].text();
  return true;
}

void TurnLedger::note_before(Peek turn) {
  if (is_whole_) return;
  has_begun_ = true;
  for (const Peek item : turn["items"].elements()) done_before_.insert(item["id"].text());
}

void TurnLedger::note_cut() {
  was_cut_ = true;
  for (auto& [id, item] : items_) item.has_gaps = true;
}

void TurnLedger::note_gap(std::string_view item_id) {
  const auto [place, is_new] = items_.try_emplace(std::string(item_id));
  place->second.has_gaps = true;
  was_cut_ = true;
}

std::vector<std::string> TurnLedger::missing_from(Peek turn) const {
  std::vector<std::string> messages;
  if (!has_begun_ && !is_left_out("turn/started")) {
    messages.push_back(message("turn/started", R"("turn":)" + begun(turn)));
  }
  std::ranges::move(missing_items_from(turn), std::back_inserter(messages));
  if (is_over(turn)) messages.push_back(message("turn/completed", R"("turn":)" + bare(turn)));
  return messages;
}

std::vector<std::string> TurnLedger::missing_items_from(Peek turn) const {
  std::vector<std::string> messages;
  if (is_left_out("item/completed")) return messages;
  for (const Peek item : turn["items"].elements()) {
    const std::string id = item["id"].text();
    const auto seen = items_.find(id);
    if (done_before_.contains(id)) continue;
    if (seen != items_.end() && seen->second.is_completed) continue;
    messages.push_back(message("item/completed", about(item, "completedAtMs")));
  }
  return messages;
}

bool TurnLedger::is_left_out(std::string_view method) const {
  return left_out_.contains(std::string(method));
}

std::string TurnLedger::started(Peek item) const {
  return message("item/started", about(item, "startedAtMs"));
}

std::string TurnLedger::about(Peek item, std::string_view time) const {
  std::string members =
      R"("item":)" + std::string(item.raw()) + R"(,"turnId":)" + protocol::encode(turn_id_);
  if (const Peek at = item[time])
    members += ",\"" + std::string(time) + "\":" + std::string(at.raw());
  return members;
}

std::optional<TurnLedger::Channel> TurnLedger::channel_of(const Message& delta) {
  const Peek params(delta.envelope.params);
  if (delta.envelope.method == part_added) {
    return Channel{part_added,
                   static_cast<std::size_t>(params["summaryIndex"].integer().value_or(0))};
  }
  const Stream* stream = stream_of(delta.envelope.method);
  if (stream == nullptr) return std::nullopt;
  const auto index = stream->index.empty() ? 0 : params[stream->index].integer().value_or(0);
  return Channel{stream->delta, static_cast<std::size_t>(index)};
}

std::vector<std::pair<TurnLedger::Channel, std::string>> TurnLedger::texts_of(Peek item) {
  std::vector<std::pair<Channel, std::string>> texts;
  for (const Stream& stream : streams) {
    if (!item["type"].is(stream.item_type)) continue;
    const Peek value = item[stream.member];
    if (value.is_string()) texts.emplace_back(Channel{stream.delta}, value.text());
    if (!value.is_array()) continue;
    std::size_t index = 0;
    for (const Peek part : value.elements()) {
      texts.emplace_back(Channel{stream.delta, index++}, part.text());
    }
  }
  return texts;
}

std::vector<std::string> TurnLedger::rest_of(const std::string& id, const Item& seen,
                                             Peek item) const {
  std::vector<std::string> messages;
  const auto add = [&](const Channel& channel, const std::string& members) {
    if (is_left_out(channel.method)) return;
    const Stream* stream = stream_of(channel.method);
    const std::string_view index = stream != nullptr ? stream->index : "summaryIndex";
    std::string all = R"("turnId":)" + protocol::encode(turn_id_) + R"(,"itemId":)" +
                      protocol::encode(id) + members;
    if (!index.empty()) {
      all += ",\"" + std::string(index) + "\":" + std::to_string(channel.index);
    }
    messages.push_back(message(channel.method, all));
  };
  for (const auto& [channel, text] : texts_of(item)) {
    const auto found = seen.texts.find(channel);
    const std::string_view had = found != seen.texts.end() ? found->second : std::string_view();
    const std::string rest = rest_of_text(item["type"].is("commandExecution"), text, had);
    if (rest.empty()) continue;
    const Channel announced{part_added, channel.index};
    const bool is_summary = channel.method == "item/reasoning/summaryTextDelta";
    if (is_summary && !seen.texts.contains(announced)) add(announced, "");
    add(channel, R"(,"delta":)" + protocol::encode(rest));
  }
  return messages;
}

std::string TurnLedger::message(std::string_view method, const std::string& members) const {
  return R"({"method":")" + std::string(method) + R"(","params":{"threadId":)" +
         protocol::encode(thread_id_) + "," + members + "}}";
}

}  // namespace codex::detail
