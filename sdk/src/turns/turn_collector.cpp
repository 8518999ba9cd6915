#include "turns/turn_collector.hpp"

#include <algorithm>

#include <codex/protocol/support/nesting.hpp>

namespace codex::detail {
namespace {

namespace types = codex::protocol;
namespace events = codex::protocol::notifications;

/// What an event costs beyond its text.
constexpr std::size_t event_overhead = 512;

/// The member of an event's params; null when it is not there, discarded when none can be read.
Json param(const Notification& event, const char* name) {
  Json params = protocol::detail::parse_or_discard(event.params());
  return params.is_object() ? params.value(name, Json()) : params.is_discarded() ? params : Json();
}

std::size_t bytes_of(const Notification& event) { return event.text().size() + event_overhead; }

/// A runtime of another version may say other things around an item, or of it: better an item that
/// one has to look into than no result.
types::ThreadItem item_of(const Notification& event) {
  try {
    return event.as<events::ItemCompleted>()->item;
  } catch (const DecodeError&) {
    const Json item = param(event, "item");
    if (item.is_discarded()) return types::Unknown{std::string(event.params())};
    try {
      return item.get<types::ThreadItem>();
    } catch (const DecodeError&) {
      return types::Unknown{item};
    }
  }
}

std::optional<types::ThreadTokenUsage> usage_of(const Notification& event) {
  try {
    return event.as<events::ThreadTokenUsageUpdated>()->token_usage;
  } catch (const DecodeError&) {
    return std::nullopt;
  }
}

std::optional<std::int64_t> integer(const Json& turn, const char* name) {
  const auto member = turn.find(name);
  if (member == turn.end() || !member->is_number_integer()) return std::nullopt;
  return member->get<std::int64_t>();
}

std::optional<types::TurnError> error_of(const Json& error) {
  if (!error.is_object()) return std::nullopt;
  try {
    return error.get<types::TurnError>();
  } catch (const DecodeError&) {
    const Json message = error.value("message", Json());
    types::TurnError plain{.message = message.is_string() ? message.get<std::string>() : ""};
    plain.extra.set("raw", error);
    return plain;
  }
}

/// Reads the turn member by member, so that nothing in it that is not understood hides the rest.
void read_turn(TurnResult& result, const Json& turn) {
  if (turn.is_discarded()) {
    result.status = types::TurnStatus::failed;
    result.error = types::TurnError{.message = "turn/completed cannot be read: it is " +
                                               types::detail::too_deep() +
                                               ", or holds a number past the range of double"};
  }
  if (!turn.is_object()) return;
  if (const auto status = turn.find("status"); status != turn.end() && status->is_string()) {
    result.status = types::TurnStatus(status->get<std::string>());
  }
  result.error = error_of(turn.value("error", Json()));
  result.started_at = integer(turn, "startedAt");
  result.completed_at = integer(turn, "completedAt");
  result.duration_ms = integer(turn, "durationMs");
}

std::optional<std::string> final_response(const std::vector<types::ThreadItem>& items) {
  std::optional<std::string> without_phase;
  for (auto item = items.rbegin(); item != items.rend(); ++item) {
    const auto* message = item->as<types::AgentMessageThreadItem>();
    if (!message) continue;
    if (message->phase == types::MessagePhase::final_answer) return message->text;
    if (!message->phase && !without_phase) without_phase = message->text;
  }
  return without_phase;
}

}  // namespace

void TurnCollector::feed(const Notification& event) {
  if (event.is<events::ItemCompleted>() && event.is_abridged()) {
    ++dropped_items_;
  } else if (event.is<events::ItemCompleted>()) {
    keep_item(event);
  } else if (event.is<events::ItemStarted>()) {
    ++started_items_;
  } else if (event.is<events::ThreadTokenUsageUpdated>()) {
    usage_ = event;
    ++usage_reports_;
  } else if (event.is<events::TurnCompleted>()) {
    completed_ = event;
  }
}

void TurnCollector::keep_item(const Notification& event) {
  items_.push_back(event);
  item_bytes_ += bytes_of(event);
  while (item_bytes_ > max_item_bytes_ && items_.size() > 1) {
    item_bytes_ -= bytes_of(items_.front());
    items_.pop_front();
    ++dropped_items_;
  }
}

TurnResult TurnCollector::result() const {
  TurnResult result{.id = turn_id_, .dropped_items = dropped_items_};
  for (const auto& event : items_) result.items.push_back(item_of(event));
  result.final_response = final_response(result.items);
  if (usage_) result.usage = usage_of(*usage_);
  if (completed_) read_turn(result, param(*completed_, "turn"));
  result.unfinished_items = unfinished(result);
  return result;
}

std::uint64_t TurnCollector::unfinished(const TurnResult& result) const {
  const std::uint64_t ended = items_.size() + dropped_items_;
  // A runtime of another version may tell of ends alone.
  if (started_items_ > ended) return started_items_ - ended;
  // The usage is told after each answer of the model, and once more where the turn fails. A command
  // that its sandbox stops at once is in an answer, and no item.
  const bool is_silent = std::all_of(
      result.items.begin(), result.items.end(),
      [](const types::ThreadItem& item) { return item.is<types::UserMessageThreadItem>(); });
  return is_silent && usage_reports_ > 1 ? usage_reports_ - 1 : 0;
}

}  // namespace codex::detail
