#include "handlers/started_items.hpp"

#include <algorithm>
#include <string>

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

bool is_item(const Notification& started, std::string_view item_id) {
  const Json params = Json::parse(started.params(), nullptr, false);
  const Json::json_pointer path("/item/id");
  return params.is_object() && params.contains(path) && params[path] == item_id;
}

}  // namespace

void StartedItems::keep(const std::shared_ptr<const Message>& item_started) {
  if (!is_worth_keeping(item_started->text)) return;
  const std::lock_guard lock(mutex_);
  items_.emplace_back(item_started);
  bytes_ += item_started->text.size();
  while (items_.size() > max_items_ || (bytes_ > max_bytes_ && items_.size() > 1)) {
    bytes_ -= items_.front().text().size();
    items_.pop_front();
  }
}

std::optional<Notification> StartedItems::find(std::string_view thread_id, std::string_view turn_id,
                                               std::string_view item_id) const {
  std::deque<Notification> items;
  {
    const std::lock_guard lock(mutex_);
    items = items_;
  }
  const auto found = std::find_if(items.rbegin(), items.rend(), [&](const Notification& started) {
    return started.thread_id() == thread_id && started.turn_id() == turn_id &&
           is_item(started, item_id);
  });
  if (found == items.rend()) return std::nullopt;
  return *found;
}

void StartedItems::forget_turn(std::string_view turn_id) {
  const std::lock_guard lock(mutex_);
  std::erase_if(items_, [&](const Notification& started) {
    if (started.turn_id() != turn_id) return false;
    bytes_ -= started.text().size();
    return true;
  });
}

}  // namespace codex::detail
