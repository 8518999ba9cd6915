#include "turns/turn_collector.hpp"

#include <algorithm>

#include <codex/protocol/support/nesting.hpp>

#include "wire/peek.hpp"

namespace codex::detail {
namespace {

namespace types = codex::protocol;
namespace events = codex::protocol::notifications;

/// What an event costs beyond its text.
constexpr std::size_t event_overhead = 512;

template <class T>
std::optional<T> decoded(Peek value) {
  try {
    return types::decode<T>(value.raw());
  } catch (const DecodeError&) {
    return std::nullopt;
  }
}

std::size_t bytes_of(const Notification& event) { return event.text().size() + event_overhead; }

/// As a tree, or as this text where it makes none.
Json tree_of(Peek value, std::string_view otherwise) {
  Json tree = types::detail::parse_or_discard(value.raw());
  return tree.is_discarded() ? Json(std::string(otherwise)) : tree;
}

/// A runtime of another version may say other things around an item, or of it: better an item that
/// one has to look into than no result.
types::ThreadItem item_of(const Notification& event) {
  const Peek item = Peek(event.params())["item"];
  if (auto typed = decoded<types::ThreadItem>(item)) return *std::move(typed);
  return types::Unknown{tree_of(item, event.params())};
}

std::optional<types::TurnError> error_of(Peek error) {
  if (!error.is_object()) return std::nullopt;
  if (auto typed = decoded<types::TurnError>(error)) return typed;
  types::TurnError plain{.message = error["message"].text()};
  plain.extra.set("raw", tree_of(error, error.raw()));
  return plain;
}

/// Reads the turn member by member, so that nothing in it that is not understood hides the rest.
void read_turn(TurnResult& result, const Notification& completed) {
  if (types::detail::is_too_deep(completed.params())) {
    result.status = types::TurnStatus::failed;
    result.error = types::TurnError{.message = "turn/completed cannot be read: it is " +
                                               types::detail::too_deep()};
    return;
  }
  const Peek turn = Peek(completed.params())["turn"];
  if (const Peek status = turn["status"]; status.is_string()) {
    result.status = types::TurnStatus(status.text());
  }
  result.error = error_of(turn["error"]);
  result.started_at = turn["startedAt"].integer();
  result.completed_at = turn["completedAt"].integer();
  result.duration_ms = turn["durationMs"].integer();
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
  if (usage_) {
    result.usage = decoded<types::ThreadTokenUsage>(Peek(usage_->params())["tokenUsage"]);
  }
  if (completed_) read_turn(result, *completed_);
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
