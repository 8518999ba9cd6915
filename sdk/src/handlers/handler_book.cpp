#include "handlers/handler_book.hpp"

#include <utility>

namespace codex::detail {

ChosenHandler HandlerBook::choose(const RequestKind& kind, std::string_view thread_id,
                                  std::string_view params) const {
  const auto thread = of_thread(thread_id);
  ChosenHandler chosen;
  if (thread) {
    if (thread->find_tool && kind.calls_tool) chosen.body = thread->find_tool(params);
    if (!chosen.body) chosen.body = kind.body(thread->handlers);
    chosen.on_problem = thread->handlers.on_problem;
  }
  if (!chosen.body) chosen.body = kind.body(client_);
  if (!chosen.on_problem) chosen.on_problem = client_.on_problem;
  return chosen;
}

std::shared_ptr<const ThreadHandlers> HandlerBook::of_thread(std::string_view thread_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = threads_.find(thread_id);
  return found != threads_.end() ? found->second : nullptr;
}

void HandlerBook::set_handlers(const std::string& thread_id, Handlers handlers) {
  update(thread_id, [&](const Entry& before) -> Entry {
    const ToolFinder find_tool = before ? before->find_tool : nullptr;
    if (!has_any(handlers) && !find_tool) return nullptr;
    return std::make_shared<ThreadHandlers>(ThreadHandlers{handlers, find_tool});
  });
}

void HandlerBook::set_tools(const std::string& thread_id, ToolFinder find_tool) {
  update(thread_id, [&](const Entry& before) -> Entry {
    return std::make_shared<ThreadHandlers>(
        ThreadHandlers{before ? before->handlers : Handlers{}, find_tool});
  });
}

std::shared_ptr<const ThreadHandlers> HandlerBook::take_thread(std::string_view thread_id) {
  const std::lock_guard lock(mutex_);
  const auto found = threads_.find(thread_id);
  if (found == threads_.end()) return nullptr;
  Entry taken = std::move(found->second);
  threads_.erase(found);
  return taken;
}

void HandlerBook::restore(const std::string& thread_id, const Entry& changed, Entry before) {
  (void)replace(thread_id, changed, std::move(before));
}

void HandlerBook::clear() noexcept {
  std::map<std::string, Entry, std::less<>> all;  // ends without the lock
  const std::lock_guard lock(mutex_);
  all.swap(threads_);
}

void HandlerBook::update(const std::string& thread_id,
                         const std::function<Entry(const Entry&)>& change) {
  for (;;) {
    const Entry before = of_thread(thread_id);
    if (replace(thread_id, before, change(before))) return;
  }
}

bool HandlerBook::replace(const std::string& thread_id, const Entry& before, Entry after) {
  const std::lock_guard lock(mutex_);
  auto& place = threads_[thread_id];
  const bool is_unchanged = place == before;
  if (is_unchanged) place.swap(after);  // what was there ends without the lock
  if (!place) threads_.erase(thread_id);
  return is_unchanged;
}

}  // namespace codex::detail
