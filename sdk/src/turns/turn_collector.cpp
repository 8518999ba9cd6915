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

std::optional<types::ThreadTokenUsage> usage_of(const Notification& event) {
  return decoded<types::ThreadTokenUsage>(Peek(event.params())["tokenUsage"]);
}

using Tokens = types::TokenUsageBreakdown;

Tokens plus(const Tokens& a, const Tokens& b) {
  Tokens sum{.cached_input_tokens = a.cached_input_tokens + b.cached_input_tokens,
             .input_tokens = a.input_tokens + b.input_tokens,
             .output_tokens = a.output_tokens + b.output_tokens,
             .reasoning_output_tokens = a.reasoning_output_tokens + b.reasoning_output_tokens,
             .total_tokens = a.total_tokens + b.total_tokens};
  if (a.cache_write_input_tokens.is_set() || b.cache_write_input_tokens.is_set()) {
    sum.cache_write_input_tokens = *a.cache_write_input_tokens + *b.cache_write_input_tokens;
  }
  return sum;
}

Tokens minus(const Tokens& a, const Tokens& b) {
  Tokens negative{.cached_input_tokens = -b.cached_input_tokens,
                  .input_tokens = -b.input_tokens,
                  .output_tokens = -b.output_tokens,
                  .reasoning_output_tokens = -b.reasoning_output_tokens,
                  .total_tokens = -b.total_tokens};
  if (b.cache_write_input_tokens.is_set()) {
    negative.cache_write_input_tokens = -*b.cache_write_input_tokens;
  }
  return plus(a, negative);
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

void TurnCollector::begin_with(const std::vector<Notification>& completed) {
  heard_.emplace();
  for (const auto& event : completed) feed(event);
}

/// Counts the start of an item that had begun before, too.
bool TurnCollector::is_repeated(const Notification& event) {
  const bool is_start = event.is<events::ItemStarted>();
  if (!is_start && !event.is<events::ItemCompleted>()) return false;
  const std::string id = Peek(event.params())["item"]["id"].text();
  if (heard_->completed.contains(id)) return true;
  if (!heard_->started.insert(id).second) {
    if (is_start) return true;
  } else if (!is_start) {
    ++started_items_;
  }
  if (!is_start) heard_->completed.insert(id);
  return false;
}

void TurnCollector::feed(const Notification& event) {
  if (heard_ && is_repeated(event)) return;
  if (event.is<events::ItemCompleted>() && event.is_abridged()) {
    ++dropped_items_;
  } else if (event.is<events::ItemCompleted>()) {
    keep_item(event);
  } else if (event.is<events::ItemStarted>()) {
    ++started_items_;
  } else if (event.is<events::ThreadTokenUsageUpdated>()) {
    keep_usage(event);
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

void TurnCollector::keep_usage(const Notification& event) {
  ++usage_reports_;
  if (!first_usage_) first_usage_ = event;
  usages_.push_back(event);
  if (usages_.size() > max_usages) usages_.pop_front();
}

void TurnCollector::read_usage(TurnResult& result) const {
  if (usages_.empty()) return;
  result.usage = usage_of(usages_.back());
  if (heard_) return;
  // Where a turn fails, the runtime repeats its last report, even one of an earlier turn.
  const bool is_of_earlier_turn = usage_reports_ == 1 && result.status == types::TurnStatus::failed;
  const auto first = usage_of(*first_usage_);
  if (is_of_earlier_turn || !result.usage || !first) return;
  result.turn_usage = plus(minus(result.usage->total, first->total), first->last);
  std::optional<types::ThreadTokenUsage> before;
  for (const auto& event : usages_) {
    auto usage = usage_of(event);
    if (!usage) continue;
    const bool is_repeated =
        before && usage->last.total_tokens > 0 && usage->total == before->total;
    if (!is_repeated) result.response_usages.push_back(usage->last);
    before = std::move(usage);
  }
}

TurnResult TurnCollector::result() const {
  TurnResult result{.id = turn_id_, .dropped_items = dropped_items_};
  for (const auto& event : items_) result.items.push_back(item_of(event));
  result.final_response = final_response(result.items);
  if (completed_) read_turn(result, *completed_);
  read_usage(result);
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
  return is_silent && !heard_ && usage_reports_ > 1 ? usage_reports_ - 1 : 0;
}

}  // namespace codex::detail
