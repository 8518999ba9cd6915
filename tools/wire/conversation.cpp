#include "conversation.hpp"

#include <codex/protocol/registry.hpp>
#include <codex/protocol/support/errors.hpp>

namespace codex::wire {
namespace {

using protocol::find_method;
using protocol::find_type;
using protocol::MethodKind;

constexpr std::size_t generation_size = 50'000;

/// Longer names are cut and longer ids forgotten, so that a request takes little memory.
constexpr std::size_t longest_name = 200;

MethodKind method_kind(Side from, MessageKind kind) {
  if (kind == MessageKind::request) {
    return from == Side::client ? MethodKind::request : MethodKind::server_request;
  }
  return from == Side::client ? MethodKind::client_notification : MethodKind::notification;
}

const char* envelope_name(MethodKind kind) {
  switch (kind) {
    case MethodKind::request:
      return "ClientRequest";
    case MethodKind::notification:
      return "ServerNotification";
    case MethodKind::server_request:
      return "ServerRequest";
    case MethodKind::client_notification:
      return "ClientNotification";
  }
  return "";
}

/// If a message is alone on its line, its method tells who sent it.
Side sender(Side recorded, MessageKind kind, const std::string& method) {
  if (recorded != Side::unknown) return recorded;
  const bool by_client = find_method(method_kind(Side::client, kind), method) != nullptr;
  return by_client ? Side::client : Side::server;
}

Side other(Side side) {
  switch (side) {
    case Side::client:
      return Side::server;
    case Side::server:
      return Side::client;
    case Side::unknown:
      break;
  }
  return Side::unknown;
}

std::string text_at(const Json& json, const char* name) {
  const auto member = json.find(name);
  if (member == json.end() || !member->is_string()) return "";
  return member->get_ref<const std::string&>().substr(0, longest_name);
}

/// The turn that params or a result name.
std::string turn_of(const Json& message, const char* part) {
  const auto body = message.find(part);
  if (body == message.end() || !body->is_object()) return "";
  const auto turn = body->find("turn");
  if (turn != body->end() && turn->is_object()) return text_at(*turn, "id");
  return text_at(*body, "turnId");
}

}  // namespace

Message Conversation::next(const Entry& entry) {
  const Json& message = entry.message;
  if (message.contains("method")) return call(entry);
  if (message.contains("result") || message.contains("error")) return answer(entry);
  throw DecodeError({}, "no message: there is no method, result or error");
}

Message Conversation::call(const Entry& entry) {
  const Json& message = entry.message;
  Message out{.kind = message.contains("id") ? MessageKind::request : MessageKind::notification,
              .method = text_at(message, "method"),
              .turn = turn_of(message, "params"),
              .typed = &message};
  out.from = sender(entry.from, out.kind, out.method);
  const MethodKind kind = method_kind(out.from, out.kind);
  out.known = find_method(kind, out.method) != nullptr;
  out.type = find_type(envelope_name(kind));
  if (out.kind == MessageKind::request) remember(out, message["id"]);
  return out;
}

Message Conversation::answer(const Entry& entry) {
  const Json& message = entry.message;
  const bool failed = message.contains("error");
  Message out{.from = entry.from,
              .kind = failed ? MessageKind::error : MessageKind::response,
              .turn = turn_of(message, "result"),
              .type = find_type(failed ? "JSONRPCError" : "JSONRPCResponse"),
              .typed = &message};
  const auto request = request_for(entry.from, message.value("id", Json()));
  if (!request) return out;
  const auto& [asked_by, asked] = *request;
  out.from = other(asked_by);
  out.method = asked.method;
  if (out.turn.empty()) out.turn = asked.turn;
  const auto* method = find_method(method_kind(asked_by, MessageKind::request), asked.method);
  out.known = method != nullptr;
  if (method && method->response && !failed) {
    out.type = method->response;
    out.typed = &message["result"];
  }
  return out;
}

void Conversation::remember(const Message& message, const Json& id) {
  std::string key = id.dump();
  if (key.size() > longest_name) return;
  if (recent_.size() >= generation_size) {
    older_ = std::move(recent_);
    recent_.clear();
  }
  recent_[{message.from, std::move(key)}] = {message.method, message.turn, ++count_};
}

/// If it is unknown who answers, the latest request counts.
std::optional<std::pair<Side, Conversation::Request>> Conversation::request_for(Side answered_by,
                                                                                const Json& id) {
  const std::string key = id.dump();
  Requests* home = nullptr;
  Requests::iterator best;
  for (const Side asked_by : {Side::client, Side::server}) {
    if (asked_by == answered_by) continue;
    for (Requests* requests : {&older_, &recent_}) {
      const auto found = requests->find({asked_by, key});
      if (found == requests->end()) continue;
      if (home && best->second.number > found->second.number) continue;
      home = requests;
      best = found;
    }
  }
  if (!home) return std::nullopt;
  const auto node = home->extract(best);
  return std::pair{node.key().first, std::move(node.mapped())};
}

}  // namespace codex::wire
