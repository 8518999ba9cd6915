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

struct Entry {
  std::string_view method;
  Body (*body)(const Handlers& handlers);
};

template <auto member>
struct EntryFor;
template <class R, Handler<R> Handlers::*member>
struct EntryFor<member> {
  static constexpr Entry value{R::method,
                               [](const Handlers& handlers) { return (handlers.*member).body(); }};
};

// In the order of Handlers.
constexpr std::array entries = {
    EntryFor<&Handlers::command_approval>::value,
    EntryFor<&Handlers::file_change_approval>::value,
    EntryFor<&Handlers::permissions_approval>::value,
    EntryFor<&Handlers::user_input>::value,
    EntryFor<&Handlers::elicitation>::value,
    EntryFor<&Handlers::tool_call>::value,
    EntryFor<&Handlers::auth_tokens_refresh>::value,
    EntryFor<&Handlers::attestation>::value,
    EntryFor<&Handlers::current_time>::value,
    EntryFor<&Handlers::apply_patch_approval>::value,
    EntryFor<&Handlers::exec_command_approval>::value,
};

const Entry* entry_for(std::string_view method) {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const Entry& entry) { return entry.method == method; });
  return found != entries.end() ? &*found : nullptr;
}

Body body_for(const Handlers& handlers, std::string_view method) {
  const Entry* entry = entry_for(method);
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
  ThreadHandlers changed;
  if (const auto before = of_thread(thread_id)) changed.find_tool = before->find_tool;
  const bool is_empty = !has_any(handlers) && !changed.find_tool;
  changed.handlers = std::move(handlers);
  set_thread(thread_id, is_empty ? nullptr : std::make_shared<ThreadHandlers>(std::move(changed)));
}

void HandlerBook::set_thread(const std::string& thread_id,
                             std::shared_ptr<const ThreadHandlers> handlers) {
  const std::lock_guard lock(mutex_);
  auto& place = threads_[thread_id];
  place.swap(handlers);  // what was there ends without the lock
  if (!place) threads_.erase(thread_id);
}

bool has_any(const Handlers& handlers) {
  return handlers.other || handlers.on_problem ||
         std::any_of(entries.begin(), entries.end(),
                     [&](const Entry& entry) { return entry.body(handlers) != nullptr; });
}

}  // namespace codex::detail
