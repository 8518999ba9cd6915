#include "handlers/request_kinds.hpp"

#include <doctest/doctest.h>

#include <codex/protocol/registry.hpp>

#include "support/approvals.hpp"
#include "support/messages.hpp"

namespace codex::detail {
namespace {

ServerRequest asked(const std::string& method, const std::string& params) {
  return {.id = "1",
          .method = method,
          .params = params,
          .thread_id = "t",
          .turn_id = "u",
          .item_id = "i",
          .conversation_id = "c"};
}

}  // namespace

TEST_CASE("request kinds: each request of the schema has a row") {
  const auto methods = protocol::methods(protocol::detail::MethodKind::server_request);
  CHECK_FALSE(methods.empty());
  for (const auto& info : methods) {
    CAPTURE(info.method);
    CHECK(kind_of(info.method).method == info.method);
  }
}

TEST_CASE("request kinds: an unknown request has no refusal, no secret and no yes") {
  const RequestKind& kind = kind_of("newer/request");
  CHECK(kind.method.empty());
  const bool has_refusal = kind.refusal != nullptr;
  CHECK_FALSE(has_refusal);
  CHECK_FALSE(kind.is_secret(Peek(R"({"questions":[{"isSecret":true}]})")));
  CHECK_FALSE(kind.limited(Peek("{}"), "{}"));
  CHECK_FALSE(kind.allows(Peek(R"({"decision":"accept","action":"accept"})")));
}

TEST_CASE("request kinds: what asks about one item has a refusal, and says when it is a yes") {
  for (const char* method :
       {"item/commandExecution/requestApproval", "item/fileChange/requestApproval",
        "applyPatchApproval", "execCommandApproval"}) {
    CAPTURE(method);
    const RequestKind& kind = kind_of(method);
    CHECK(kind.is_about_item);
    CHECK_FALSE(kind.allows(Peek(kind.refusal("no"))));
    for (const char* no : {"decline", "cancel", "denied", "abort", "timed_out"}) {
      const std::string response = R"({"decision":")" + std::string(no) + R"("})";
      CHECK_FALSE(kind.allows(Peek(response)));
    }
    // In doubt it is a yes, so that it is judged.
    for (const char* yes : {R"({"decision":"accept"})", R"({"decision":{"newer":{}}})", "{}"}) {
      CHECK(kind.allows(Peek(yes)));
    }
  }
}

TEST_CASE("request kinds: each yes is noted for what it lets the agent write") {
  // The paths of this system instead of "/a".
  const auto rooted = [](std::string json) {
    const std::string root = '"' + testing::root();
    for (auto at = json.find("\"/"); at != std::string::npos; at = json.find("\"/", at + 1)) {
      json.replace(at, 2, root);
    }
    return json;
  };
  const auto written = [&](const char* method, const std::string& params,
                           const std::string& response, const char* item = "{}") {
    AgentReach reach({.home = "/home/dev", .path = "/usr/bin", .temp = {}}, true);
    reach.note_response(
        "thread/start",
        rooted(R"({"thread":{"id":"t"},"cwd":"/repo","sandbox":{"type":"readOnly"}})"));
    const Notification started(
        testing::message(R"({"method":"item/started","params":{"item":)" + rooted(item) + "}}"));
    note_allowed(kind_of(method), rooted(params), rooted(response), started, reach);
    std::string all;
    for (const char* folder : {"/a", "/b", "/elsewhere"}) {
      if (reach.can_write("t", testing::root() + (folder + 1))) all += folder;
    }
    return all;
  };
  const std::string accept = R"({"decision":"accept"})";
  const std::string write_a = R"({"fileSystem":{"write":["/a"]}})";
  const std::string rule = R"({"decision":{"acceptWithExecpolicyAmendment":{}}})";
  const char* const command = "item/commandExecution/requestApproval";
  CHECK(written(command, "{}", accept).empty());
  CHECK(written(command, R"({"additionalPermissions":)" + write_a + "}", accept) == "/a");
  CHECK(written(command, "{}", rule) == "/a/b/elsewhere");
  const char* const patch = R"({"type":"fileChange","changes":[{"path":"/a/x"}]})";
  CHECK(written("item/fileChange/requestApproval", "{}", accept, patch) == "/a");
  CHECK(written("item/fileChange/requestApproval", R"({"grantRoot":"/b"})", accept, patch) ==
        "/a/b");
  CHECK(written("item/fileChange/requestApproval", "{}", accept) == "/a/b/elsewhere");
  CHECK(written("item/permissions/requestApproval", "{}", R"({"permissions":)" + write_a + "}") ==
        "/a");
  CHECK(written("applyPatchApproval", R"({"fileChanges":{"/a/x":{}},"grantRoot":"/b"})",
                R"({"decision":"approved"})") == "/a/b");
  CHECK(written("applyPatchApproval", "{}", R"({"decision":"approved"})", patch) ==
        "/a/b/elsewhere");
  CHECK(written("execCommandApproval", "{}", R"({"decision":"approved"})").empty());
  CHECK(written("execCommandApproval", "{}",
                R"({"decision":{"approved_execpolicy_amendment":{}}})") == "/a/b/elsewhere");
  CHECK(written("mcpServer/elicitation/request", "{}", R"({"action":"accept"})").empty());
}

TEST_CASE("request kinds: older requests get the ids of the others") {
  ServerRequest older = asked("execCommandApproval", R"({"conversationId":"c","callId":"k"})");
  name_ids(kind_of(older.method), older);
  CHECK(older.thread_id == "c");
  CHECK(older.item_id == "k");
  ServerRequest long_id =
      asked("applyPatchApproval", R"({"callId":")" + std::string(max_id_bytes + 1, 'x') + R"("})");
  name_ids(kind_of(long_id.method), long_id);
  CHECK(long_id.item_id.empty());
  ServerRequest current = asked("item/tool/call", R"({"callId":"k"})");
  name_ids(kind_of(current.method), current);
  CHECK(current.thread_id == "t");
  CHECK(current.item_id == "i");
}

TEST_CASE("request kinds: only older denials are said with a word") {
  const std::string denial = R"({"decision":{"denied":{"rejection":"no"}}})";
  CHECK(with_older_denial(kind_of("applyPatchApproval"), denial) == R"({"decision":"denied"})");
  CHECK(with_older_denial(kind_of("newer/request"), denial) == denial);
  const std::string yes = R"({"decision":"approved"})";
  CHECK(with_older_denial(kind_of("execCommandApproval"), yes) == yes);
}

}  // namespace codex::detail
