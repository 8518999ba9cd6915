#include "handlers/handler_book.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <codex/protocol/account.hpp>
#include <codex/protocol/attestation.hpp>
#include <codex/protocol/current_time.hpp>
#include <codex/protocol/item.hpp>
#include <codex/protocol/mcp_server.hpp>
#include <codex/protocol/session.hpp>

namespace codex::detail {
namespace {

namespace server_requests = codex::protocol::server_requests;

using Body = std::shared_ptr<HandlerBody>;

struct Place {
  std::string_view method;
  Body (*body)(const Handlers& handlers);
};

template <auto member>
struct PlaceFor;
template <class R, Handler<R> Handlers::*member>
struct PlaceFor<member> {
  static constexpr Place value{R::method,
                               [](const Handlers& handlers) { return (handlers.*member).body(); }};
};

// In the order of Handlers.
constexpr std::array entries = {
    PlaceFor<&Handlers::command_approval>::value,
    PlaceFor<&Handlers::file_change_approval>::value,
    PlaceFor<&Handlers::permissions_approval>::value,
    PlaceFor<&Handlers::user_input>::value,
    PlaceFor<&Handlers::elicitation>::value,
    PlaceFor<&Handlers::tool_call>::value,
    PlaceFor<&Handlers::auth_tokens_refresh>::value,
    PlaceFor<&Handlers::attestation>::value,
    PlaceFor<&Handlers::current_time>::value,
    PlaceFor<&Handlers::apply_patch_approval>::value,
    PlaceFor<&Handlers::exec_command_approval>::value,
};

const Place* place_for(std::string_view method) {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const Place& entry) { return entry.method == method; });
  return found != entries.end() ? &*found : nullptr;
}

Body body_for(const Handlers& handlers, std::string_view method) {
  const Place* entry = place_for(method);
  return entry ? entry->body(handlers) : handlers.other.body();
}

}  // namespace

ChosenHandler HandlerBook::choose(std::string_view method, std::string_view thread_id,
                                  std::string_view params) const {
  const auto thread = of_thread(thread_id);
  ChosenHandler chosen;
  if (thread) {
    if (thread->find_tool && method == server_requests::ItemToolCall::method) {
      chosen.body = thread->find_tool(params);
    }
    if (!chosen.body) chosen.body = body_for(thread->handlers, method);
    chosen.on_problem = thread->handlers.on_problem;
  }
  if (!chosen.body) chosen.body = body_for(client_, method);
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

bool has_any(const Handlers& handlers) {
  return handlers.other || handlers.on_problem ||
         std::any_of(entries.begin(), entries.end(),
                     [&](const Place& entry) { return entry.body(handlers) != nullptr; });
}

}  // namespace codex::detail
