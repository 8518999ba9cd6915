#include <utility>

#include <codex/errors.hpp>
#include <codex/handlers.hpp>
#include <codex/protocol/item.hpp>
#include <codex/protocol/support/codec.hpp>
#include <codex/protocol/turn.hpp>
#include <codex/thread.hpp>

#include "handlers/agent_reach.hpp"
#include "handlers/answer_terms.hpp"
#include "os/utf8_path.hpp"
#include "session/client_core.hpp"

namespace codex {

Thread HandlerContext::thread() const {
  if (thread_id.empty()) throw CodexError(method + " belongs to no thread");
  auto alive = origin_of(origin).client.lock();
  if (!alive) throw TransportClosedError("The client that was asked is gone");
  return {std::move(alive), thread_id};
}

void HandlerContext::interrupt() const {
  if (turn_id.empty()) throw CodexError(method + " belongs to no turn");
  const auto alive = origin_of(origin).client.lock();
  if (!alive) throw TransportClosedError("The client that was asked is gone");
  sync_wait(alive->call<protocol::requests::TurnInterrupt>(
      {.thread_id = thread_id, .turn_id = turn_id}, CallOptions{}));
}

std::optional<protocol::ThreadItem> HandlerContext::item() const {
  if (!item_started) return std::nullopt;
  try {
    auto event = item_started->as<protocol::notifications::ItemStarted>();
    // An item of a newer runtime that is not understood cannot be shown or judged.
    if (event && protocol::misfits(*event).empty()) return std::move(event->item);
  } catch (const DecodeError&) {
    // The same.
  }
  return std::nullopt;
}

std::vector<protocol::FileUpdateChange> HandlerContext::changes() const {
  const auto started = item();
  const auto* change = started ? started->as<protocol::FileChangeThreadItem>() : nullptr;
  if (!change) return {};
  return change->changes;
}

bool HandlerContext::agent_can_write(const std::string& path) const {
  const auto& reach = origin_of(origin).reach;
  return !reach || reach->can_write(thread_id, detail::path_from_utf8(path));
}

bool HandlerContext::agent_can_write_below(const std::string& folder) const {
  const auto& reach = origin_of(origin).reach;
  return !reach || reach->can_write_below(thread_id, detail::path_from_utf8(folder));
}

void HandlerContext::only_if(std::function<bool()> holds) const {
  const auto& terms = origin_of(origin).terms;
  if (terms) terms->only_if(std::move(holds));
}

namespace detail {

Json parse_params(std::string_view params) {
  if (params.empty()) return nullptr;
  return protocol::decode<Json>(params);
}

std::string dump_response(const Json& response) {
  return response.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace detail
}  // namespace codex
