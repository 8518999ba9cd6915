#include "handlers/started_items.hpp"

#include <algorithm>

#include "wire/envelope.hpp"

namespace codex::detail {
namespace {

std::size_t hash_of(std::string_view text) { return std::hash<std::string_view>()(text); }

}  // namespace

bool KnownIds::add(std::string_view turn_id, std::string_view item_id) {
  if (forgotten_[hash_of(turn_id) % forgotten_.size()]) return false;
  const auto [turn, has_begun] = turns_.try_emplace(std::string(turn_id));
  if (has_begun) order_.emplace_back(turn_id);
  if (!turn->second.insert(hash_of(item_id)).second) return false;
  ++size_;
  while (size_ > max_ids || turns_.size() > max_turns) {
    forgotten_.set(hash_of(order_.front()) % forgotten_.size());
    erase(turns_.find(order_.front()));
  }
  return !forgotten_[hash_of(turn_id) % forgotten_.size()];
}

bool KnownIds::contains(std::string_view turn_id, std::string_view item_id) const {
  if (forgotten_[hash_of(turn_id) % forgotten_.size()]) return true;
  const auto turn = turns_.find(turn_id);
  return turn != turns_.end() && turn->second.contains(hash_of(item_id));
}

void KnownIds::forget_turn(std::string_view turn_id) {
  if (const auto turn = turns_.find(turn_id); turn != turns_.end()) erase(turn);
}

void KnownIds::erase(Turns::iterator turn) {
  size_ -= turn->second.size();
  std::erase(order_, turn->first);
  turns_.erase(turn);
}

void StartedItems::keep(const std::shared_ptr<const Message>& item_started) {
  const Envelope& envelope = item_started->envelope;
  if (envelope.item_type != "fileChange" && envelope.item_type != "commandExecution") return;
  const std::lock_guard lock(mutex_);
  if (!ids_.add(envelope.turn_id, envelope.item_id)) {
    forget(envelope.turn_id, envelope.item_id);
    repeated_.add(envelope.turn_id, envelope.item_id);
    return;
  }
  if (item_started->full_size > 0) return;  // it does not say all that the item does
  items_.push_back({Notification(item_started), std::string(envelope.item_id)});
  bytes_ += item_started->text.size();
  while (items_.size() > max_items_ || (bytes_ > max_bytes_ && items_.size() > 1)) forget_oldest();
}

std::optional<Notification> StartedItems::find(std::string_view thread_id, std::string_view turn_id,
                                               std::string_view item_id) const {
  if (item_id.empty()) return std::nullopt;  // absent, or too long to be kept
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find_if(items_, [&](const Item& item) {
    return item.id == item_id && item.started.turn_id() == turn_id &&
           item.started.thread_id() == thread_id;
  });
  if (found == items_.end()) return std::nullopt;
  return found->started;
}

void StartedItems::note_asked(std::string_view turn_id, std::string_view item_id,
                              std::string_view request_id) {
  const std::lock_guard lock(mutex_);
  const auto is_it = [&](const Asked& asked) { return asked.request_id == request_id; };
  if (std::ranges::any_of(open_, is_it)) return;
  if (!asked_.add(turn_id, item_id)) forget(turn_id, item_id);
  const bool has_twin = std::ranges::any_of(open_, [&](const Asked& asked) {
    return asked.item_id == item_id && asked.turn_id == turn_id;
  });
  if (has_twin || item_id.empty() || open_.size() >= max_open) return strike(turn_id);
  open_.push_back({std::string(request_id), std::string(turn_id), std::string(item_id)});
}

void StartedItems::note_resolved(std::string_view request_id) {
  const std::lock_guard lock(mutex_);
  std::erase_if(open_, [&](const Asked& asked) { return asked.request_id == request_id; });
}

bool StartedItems::is_ambiguous(std::string_view turn_id, std::string_view item_id) const {
  const std::lock_guard lock(mutex_);
  return are_all_struck_ || struck_.contains(turn_id) || repeated_.contains(turn_id, item_id);
}

void StartedItems::strike(std::string_view turn_id) {
  if (struck_.size() < KnownIds::max_turns) {
    struck_.emplace(turn_id);
  } else {
    are_all_struck_ = true;
  }
}

void StartedItems::forget_turn(std::string_view turn_id) {
  const std::lock_guard lock(mutex_);
  std::erase_if(items_, [&](const Item& item) {
    if (item.started.turn_id() != turn_id) return false;
    bytes_ -= item.started.text().size();
    return true;
  });
  ids_.forget_turn(turn_id);
  asked_.forget_turn(turn_id);
  repeated_.forget_turn(turn_id);
  std::erase_if(open_, [&](const Asked& asked) { return asked.turn_id == turn_id; });
  std::erase_if(struck_, [&](const std::string& struck) { return struck == turn_id; });
}

std::size_t StartedItems::known_ids() const {
  const std::lock_guard lock(mutex_);
  return ids_.size() + asked_.size();
}

std::size_t StartedItems::held_bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
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
