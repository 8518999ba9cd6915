#include "gist.hpp"

#include <exception>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <codex/protocol.hpp>

namespace codex::wire {
namespace {

using namespace protocol;

// --- Any JSON ------------------------------------------------------------------------------------

/// As text, without parts that the line shows anyway.
std::string plain(Json json) {
  if (json.is_object()) {
    for (const char* id : {"threadId", "turnId"}) json.erase(id);
  }
  return json.empty() ? "" : json.dump();
}

/// The text for a method without its own.
std::string body(const Message& message) {
  const bool is_call =
      message.kind == MessageKind::request || message.kind == MessageKind::notification;
  if (is_call) return plain(message.typed->value("params", Json()));
  return plain(message.known ? *message.typed : message.typed->value("result", Json()));
}

// --- Items ---------------------------------------------------------------------------------------

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
  std::string out;
  for (const auto& part : parts) {
    if (!out.empty()) out += separator;
    out += part;
  }
  return out;
}

std::string text_of(const std::vector<UserInput>& inputs) {
  std::vector<std::string> parts;
  for (const auto& input : inputs) {
    const auto* text = input.as<TextUserInput>();
    parts.push_back(text ? text->text : Json(input).dump());
  }
  return joined(parts, " ");
}

std::string said(std::string_view by, std::string_view text) {
  std::string out(by);
  return text.empty() ? out : out.append(": ").append(text);
}

template <class Status>
std::string unless_completed(const Status& status) {
  return status == Status::completed ? "" : " (" + std::string(status.name()) + ")";
}

std::string about(const CommandExecutionThreadItem& item) {
  std::string out = "$ " + item.command;
  if (item.exit_code) out += " -> exit " + std::to_string(*item.exit_code);
  if (item.duration_ms) out += ", " + std::to_string(*item.duration_ms) + " ms";
  return out + unless_completed(item.status);
}

std::string about(const FileChangeThreadItem& item) {
  std::vector<std::string> changes;
  for (const auto& change : item.changes) {
    changes.push_back(Json(change.kind).value("type", "change") + " " + change.path);
  }
  return joined(changes, ", ") + unless_completed(item.status);
}

std::string about(const McpToolCallThreadItem& item) {
  std::string out = item.server + "." + item.tool + "(" + item.arguments.dump() + ")";
  if (item.error) out += ": " + item.error->message;
  return out + unless_completed(item.status);
}

std::string about(const DynamicToolCallThreadItem& item) {
  return item.tool + "(" + item.arguments.dump() + ")" + unless_completed(item.status);
}

std::string about(const ThreadItem& item) {
  return item.visit([](const UserMessageThreadItem& i) { return said("user", text_of(i.content)); },
                    [](const AgentMessageThreadItem& i) { return said("agent", i.text); },
                    [](const PlanThreadItem& i) { return said("plan", i.text); },
                    [](const ReasoningThreadItem& i) {
                      return said("reasoning", joined(i.summary.value(), " "));
                    },
                    [](const CommandExecutionThreadItem& i) { return about(i); },
                    [](const FileChangeThreadItem& i) { return about(i); },
                    [](const McpToolCallThreadItem& i) { return about(i); },
                    [](const DynamicToolCallThreadItem& i) { return about(i); },
                    [](const WebSearchThreadItem& i) { return said("web search", i.query); },
                    [](const ExitedReviewModeThreadItem& i) { return said("review", i.review); },
                    [](const auto& i) { return Json(i).dump(); },
                    [](const Unknown& i) { return i.raw.dump(); });
}

// --- What the server tells -----------------------------------------------------------------------

std::string about(const TokenUsageBreakdown& usage) {
  return std::to_string(usage.total_tokens) + " tokens (" + std::to_string(usage.input_tokens) +
         " in, " + std::to_string(usage.output_tokens) + " out)";
}

std::string about(const Turn& turn) {
  std::string out(turn.status.name());
  if (turn.duration_ms) out += ", " + std::to_string(*turn.duration_ms) + " ms";
  if (turn.error) out += ": " + turn.error->message;
  return out;
}

std::string about(const std::vector<TurnPlanStep>& plan) {
  std::vector<std::string> steps;
  for (const auto& step : plan) {
    steps.push_back("[" + std::string(step.status.name()) + "] " + step.step);
  }
  return joined(steps, " ");
}

std::string about(const ThreadStatus& status) {
  std::string out = Json(status).value("type", "");
  if (const auto* active = status.as<ActiveThreadStatus>()) {
    for (const auto& flag : active->active_flags) out.append(", ").append(flag.name());
  }
  return out;
}

std::optional<std::string> told(const ServerNotification& message) {
  using namespace notifications;
  if (const auto* p = message.as<ItemStarted>()) return about(p->item);
  if (const auto* p = message.as<ItemCompleted>()) return about(p->item);
  if (message.as<TurnStarted>()) return "";
  if (const auto* p = message.as<TurnCompleted>()) return about(p->turn);
  if (const auto* p = message.as<TurnPlanUpdated>()) return about(p->plan);
  if (const auto* p = message.as<TurnDiffUpdated>()) return p->diff;
  if (const auto* p = message.as<ThreadTokenUsageUpdated>()) {
    return about(p->token_usage.last) + ", " + about(p->token_usage.total) + " in all";
  }
  if (const auto* p = message.as<Error>()) {
    return (p->will_retry ? "will retry: " : "") + p->error.message;
  }
  if (const auto* p = message.as<Warning>()) return p->message;
  if (const auto* p = message.as<GuardianWarning>()) return p->message;
  if (const auto* p = message.as<ConfigWarning>()) return p->summary;
  if (const auto* p = message.as<DeprecationNotice>()) return p->summary;
  if (const auto* p = message.as<ThreadStarted>()) return p->thread.id;
  if (const auto* p = message.as<ThreadStatusChanged>()) return about(p->status);
  return std::nullopt;
}

// --- What the server asks ------------------------------------------------------------------------

template <class Params>
std::string with_reason(std::string text, const Params& params) {
  return params.reason ? std::move(text) + " because: " + *params.reason : std::move(text);
}

std::string about(const std::vector<ToolRequestUserInputQuestion>& questions) {
  std::vector<std::string> texts;
  for (const auto& question : questions) texts.push_back(question.question);
  return joined(texts, " ");
}

std::optional<std::string> asked(const ServerRequest& message) {
  using namespace server_requests;
  if (const auto* p = message.as<ItemCommandExecutionRequestApproval>()) {
    return with_reason("may it run: " + p->command.value_or(""), *p);
  }
  if (const auto* p = message.as<ItemFileChangeRequestApproval>()) {
    return with_reason("may it change the files of " + p->item_id, *p);
  }
  if (const auto* p = message.as<ItemPermissionsRequestApproval>()) {
    return with_reason("may it have " + Json(p->permissions).dump(), *p);
  }
  if (const auto* p = message.as<ItemToolRequestUserInput>()) return about(p->questions);
  if (const auto* p = message.as<ItemToolCall>()) {
    return p->tool + "(" + p->arguments.dump() + ")";
  }
  return std::nullopt;
}

// --- What the client asks ------------------------------------------------------------------------

std::optional<std::string> asked(const ClientRequest& message) {
  using namespace requests;
  if (const auto* p = message.as<TurnStart>()) return text_of(p->input);
  if (const auto* p = message.as<TurnSteer>()) return text_of(p->input);
  if (message.as<TurnInterrupt>()) return "";
  if (const auto* p = message.as<Initialize>()) {
    return p->client_info.name + " " + p->client_info.version;
  }
  return std::nullopt;
}

// --- Answers -------------------------------------------------------------------------------------

std::optional<std::string> answered(const Message& message) {
  const Json& result = *message.typed;
  if (message.method == requests::Initialize::method) {
    return result.get<InitializeResponse>().user_agent;
  }
  if (message.method == requests::ThreadStart::method) {
    const auto response = result.get<ThreadStartResponse>();
    return response.thread.id + ", " + response.model;
  }
  // These only name the turn, which has its own column.
  if (message.method == requests::TurnStart::method) return "";
  if (message.method == requests::ReviewStart::method) return "";
  return std::nullopt;
}

std::string about(const JSONRPCErrorError& error) {
  std::string out = std::to_string(error.code) + " " + error.message;
  if (error.data) out += " " + error.data->dump();
  return out;
}

std::optional<std::string> words(const Message& message) {
  const Json& json = *message.typed;
  const bool by_client = message.from == Side::client;
  switch (message.kind) {
    case MessageKind::request:
      return by_client ? asked(json.get<ClientRequest>()) : asked(json.get<ServerRequest>());
    case MessageKind::notification:
      return by_client ? std::nullopt : told(json.get<ServerNotification>());
    case MessageKind::response:
      return by_client || !message.known ? std::nullopt : answered(message);
    case MessageKind::error:
      return about(json.get<JSONRPCError>().error);
  }
  return std::nullopt;
}

}  // namespace

std::string gist(const Message& message) {
  try {
    const auto text = words(message);
    return text ? *text : body(message);
  } catch (const std::exception& error) {
    return "(" + std::string(error.what()) + ") " + body(message);
  }
}

}  // namespace codex::wire
