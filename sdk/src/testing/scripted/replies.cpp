#include "testing/scripted/replies.hpp"

#include <utility>

#include <codex/protocol/registry.hpp>

namespace codex::testing::detail {
namespace {

constexpr const char* folder = "/scripted";
constexpr const char* model = "scripted-model";
constexpr const char* provider = "scripted";
constexpr std::int64_t time = 1'795'225'457;  // in seconds; any would do

std::string version() { return std::string(protocol::runtime_version); }

Json initialize_result(const Json& params) {
  const Json client = params.is_object() ? params.value("clientInfo", Json::object()) : Json();
  const std::string name = client.is_object() ? client.value("name", "client") : "client";
  return {{"userAgent", name + "/" + version() + " (scripted)"},
          {"codexHome", folder},
          {"platformFamily", "unix"},
          {"platformOs", "linux"}};
}

Json thread_json(const std::string& id) {
  return {{"id", id},
          {"sessionId", id},
          {"cliVersion", version()},
          {"createdAt", time},
          {"updatedAt", time},
          {"cwd", folder},
          {"ephemeral", false},
          {"historyMode", "paginated"},
          {"modelProvider", provider},
          {"preview", ""},
          {"projectId", nullptr},
          {"source", "vscode"},
          {"status", {{"type", "idle"}}},
          {"turns", Json::array()}};
}

Json thread_start_result(const std::string& id) {
  return {{"thread", thread_json(id)},
          {"model", model},
          {"modelProvider", provider},
          {"cwd", folder},
          {"approvalPolicy", "never"},
          {"approvalsReviewer", "user"},
          {"sandbox", {{"type", "readOnly"}, {"networkAccess", false}}}};
}

}  // namespace

std::optional<Answer> standing_answer(const ScriptedRequest& request, Ledger& ledger) {
  if (request.method == "initialize") return Answer{}.result(initialize_result(request.params));
  if (request.method == "thread/start") {
    return Answer{}.result(thread_start_result(ledger.next_id("thread")));
  }
  return std::nullopt;
}

Json turn_json(std::string_view status) {
  const bool is_over = status != "inProgress";
  Json error;
  if (status == "failed") error = {{"message", "scripted failure"}};
  return {{"id", "$turn"},
          {"items", Json::array()},
          {"itemsView", "notLoaded"},
          {"status", status},
          {"error", std::move(error)},
          {"startedAt", time},
          {"completedAt", is_over ? Json(time) : Json()},
          {"durationMs", is_over ? Json(1) : Json()}};
}

Json message_json(std::string_view id, std::string_view text) {
  return {{"type", "agentMessage"}, {"id", id}, {"text", text}, {"phase", "final_answer"}};
}

Json item_json(Json item, const char* time_name) {
  return {{"threadId", "$thread"},
          {"turnId", "$turn"},
          {"item", std::move(item)},
          {time_name, time * 1000}};
}

}  // namespace codex::testing::detail
