#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include <codex/handlers.hpp>
#include <codex/protocol/item.hpp>
#include <codex/protocol/mcp_server.hpp>

#include "handlers/agent_reach.hpp"
#include "support/messages.hpp"

namespace codex::testing {

/// The context of a request about an item that was started before, as a `fileChange` is.
inline HandlerContext context_of(const Json& item) {
  const Json started{
      {"method", "item/started"},
      {"params", {{"threadId", "t1"}, {"turnId", "u1"}, {"startedAtMs", 1}, {"item", item}}}};
  HandlerContext context{.thread_id = "t1", .turn_id = "u1"};
  context.item_started = Notification(message(started.dump()));
  return context;
}

/// A file change as the runtime announces it: `changes` as on the wire.
inline HandlerContext changing(Json changes, const std::string& item_id = "p1") {
  return context_of({{"type", "fileChange"},
                     {"id", item_id},
                     {"changes", std::move(changes)},
                     {"status", "inProgress"}});
}

inline Json added(const std::string& path, const std::string& content = "x\n") {
  return {{"path", path}, {"kind", {{"type", "add"}}}, {"diff", content}};
}

/// Where the agents of a client can write whose thread t1 was started with this sandbox policy.
inline std::shared_ptr<codex::detail::AgentReach> reach_of(
    const Json& sandbox, const std::string& cwd,
    codex::detail::CommandEnvironment environment = {
        .home = "/home/dev", .path = "/usr/bin:/bin", .temp = {}}) {
  auto reach = std::make_shared<codex::detail::AgentReach>(std::move(environment), true);
  reach->note_response("thread/start",
                       Json{{"thread", {{"id", "t1"}}}, {"cwd", cwd}, {"sandbox", sandbox}}.dump());
  return reach;
}

/// The root of this system's paths: "/", "C:/".
inline std::string root() {
  return std::filesystem::temp_directory_path().root_path().generic_string();
}

inline const Json read_only{{"type", "readOnly"}};

/// A sandbox that lets commands write under the working folder and `roots`, without folders for
/// temporary files unless `no_tmp` is false.
inline Json workspace_write(const Json& roots = Json::array(), bool no_tmp = true) {
  return {{"type", "workspaceWrite"},
          {"writableRoots", roots},
          {"excludeSlashTmp", no_tmp},
          {"excludeTmpdirEnvVar", no_tmp}};
}

/// The context of a request of t1.
inline HandlerContext with_reach(std::shared_ptr<const codex::detail::AgentReach> reach) {
  HandlerContext context{.thread_id = "t1", .turn_id = "u1"};
  origin_of(context.origin).reach = std::move(reach);
  return context;
}

inline protocol::CommandExecutionRequestApprovalParams command_request(
    const std::string& command_line) {
  return {.item_id = "c1",
          .started_at_ms = 1,
          .thread_id = "t1",
          .turn_id = "u1",
          .command = command_line,
          .cwd = "/repo"};
}

inline protocol::FileChangeRequestApprovalParams file_change_request() {
  return {.item_id = "p1", .started_at_ms = 1, .thread_id = "t1", .turn_id = "u1"};
}

/// The form with which an MCP server asks.
inline protocol::McpServerElicitationRequestParams elicitation(const Json& meta) {
  return Json{{"threadId", "t1"},
              {"turnId", "u1"},
              {"serverName", "tiny"},
              {"mode", "form"},
              {"_meta", meta},
              {"message", "Allow it?"},
              {"requestedSchema", {{"type", "object"}, {"properties", Json::object()}}}}
      .get<protocol::McpServerElicitationRequestParams>();
}

}  // namespace codex::testing
