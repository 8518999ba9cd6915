#include "handlers/started_items.hpp"

#include <algorithm>

#include "wire/envelope.hpp"

namespace codex::detail {
namespace {

bool is_worth_keeping(std::string_view text) {
  const auto has_type = [text](std::string_view type) {
    return text.find(type) != std::string_view::npos;
  };
  // Inside a string the quotes would be escaped.
  return has_type(R"("type":"fileChange")") || has_type(R"("type":"commandExecution")");
}

}  // namespace

void StartedItems::keep(const std::shared_ptr<const Message>& item_started) {
  if (!is_worth_keeping(item_started->text)) return;
  const Envelope& envelope = item_started->envelope;
  const std::lock_guard lock(mutex_);
  if (!is_new(ids_, envelope.turn_id, envelope.item_id)) {
    forget(envelope.turn_id, envelope.item_id);
    return;
  }
  items_.push_back({Notification(item_started), std::string(envelope.item_id)});
  bytes_ += item_started->text.size();
  while (items_.size() > max_items_ || (bytes_ > max_bytes_ && items_.size() > 1)) forget_oldest();
}

std::optional<Notification> StartedItems::find(std::string_view thread_id, std::string_view turn_id,
                                               std::string_view item_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find_if(items_, [&](const Item& item) {
    return item.id == item_id && item.started.turn_id() == turn_id &&
           item.started.thread_id() == thread_id;
  });
  if (found == items_.end()) return std::nullopt;
  return found->started;
}

void StartedItems::note_asked(std::string_view turn_id, std::string_view item_id) {
  const std::lock_guard lock(mutex_);
  if (!is_new(asked_, turn_id, item_id)) forget(turn_id, item_id);
}

void StartedItems::forget_turn(std::string_view turn_id) {
  const std::lock_guard lock(mutex_);
  std::erase_if(items_, [&](const Item& item) {
    if (item.started.turn_id() != turn_id) return false;
    bytes_ -= item.started.text().size();
    return true;
  });
  for (IdsByTurn* all : {&ids_, &asked_}) {
    const auto ids = all->find(turn_id);
    if (ids != all->end()) all->erase(ids);
  }
}

bool StartedItems::is_new(IdsByTurn& all, std::string_view turn_id, std::string_view item_id) {
  auto& ids = all[std::string(turn_id)];
  return ids.size() < max_ids_of_turn && ids.insert(std::hash<std::string_view>()(item_id)).second;
}

void StartedItems::forget(std::string_view turn_id, std::string_view item_id) {
  std::erase_if(items_, [&](const Item& item) {
    if (item.id != item_id || item.started.turn_id() != turn_id) return false;
    bytes_ -= item.started.text().size();
    return true;
  });
}

void StartedItems::forget_oldest() {
  bytes_ -= items_.front().started.text().size();
  items_.pop_front();
}

}  // namespace codex::detail
