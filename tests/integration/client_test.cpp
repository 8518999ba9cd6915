#include <fstream>

#include <doctest/doctest.h>

#include <codex/codex.hpp>
#include <codex/protocol.hpp>
#include <codex/testing.hpp>

#include "integration/runtime_bin.hpp"
#include "support/face.hpp"

using codex::testing::MockModel;
using codex::testing::Reply;
using namespace std::chrono_literals;
namespace requests = codex::protocol::requests;
namespace types = codex::protocol;

namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("the handshake tells what the runtime is") {
  MockModel mock;
  auto config = mock.config();
  config.client_name = "my app/1";
  face::Codex codex(std::move(config));
  if (codex::testing::runtime_bin() == RUNTIME_BIN) {  // tools/skew has others
    CHECK(codex.metadata().runtime_version == codex::protocol::runtime_version);
  }
  CHECK(codex.metadata().user_agent.starts_with("my app/1/"));
  CHECK(codex.metadata().codex_home == std::filesystem::canonical(mock.codex_home()).string());
  CHECK(codex.metadata().platform_family == "unix");
  CHECK(codex.metadata().platform_os == "linux");
}

TEST_CASE("any request of the protocol can be made, typed and by name") {
  MockModel mock;
  mock.reply("hi");
  face::Codex codex(mock.config());
  auto thread = codex.thread_start();
  (void)thread.run("hello");

  const auto page = codex.request<requests::ThreadList>({.limit = 20});
  REQUIRE(page.data.size() == 1);
  CHECK(page.data[0].id == thread.id());

  const codex::Json raw = codex.request("thread/list", {{"limit", 20}});
  CHECK(raw.at("data").at(0).at("id") == thread.id());

  codex.request<requests::AccountLogout>();  // a method without params
  CHECK(codex.request<requests::ThreadRead>({.thread_id = thread.id()}).thread.id == thread.id());
}

TEST_CASE("the runtime's errors come as the type that says what to do") {
  MockModel mock;
  face::Codex codex(mock.config());
  CHECK_THROWS_AS((void)codex.request("no/such/method"), codex::MethodNotFoundError);
  CHECK_THROWS_AS((void)codex.request("thread/read", {{"threadId", 7}}),
                  codex::InvalidRequestError);
  try {
    codex.request<requests::ThreadRead>({.thread_id = "00000000-0000-0000-0000-000000000000"});
    FAIL("no such thread, and no error");
  } catch (const codex::JsonRpcError& error) {
    CHECK(error.code() == -32600);
    CHECK(error.message().find("thread not loaded") != std::string::npos);
  }
}

TEST_CASE("options of threads and turns reach the runtime as it wants them") {
  MockModel mock;
  mock.reply("hi");
  auto config = mock.config();
  const auto log = mock.codex_home() / "wire.jsonl";
  config.wire_log = log.string();
  {
    face::Codex codex(std::move(config));
    auto thread = codex.thread_start({.config = {{"model_reasoning_effort", "low"}},
                                      .developer_instructions = "be brief",
                                      .ephemeral = true,
                                      .sandbox = codex::Sandbox::workspace_write,
                                      .extra_params = {{"serviceName", "tests"}}});
    (void)thread.run("hello", {.approval_mode = codex::ApprovalMode::deny_all,
                               .effort = "high",
                               .sandbox = codex::Sandbox::workspace_write,
                               .summary = types::ReasoningSummary::concise});
  }
  codex::Json start;
  codex::Json turn;
  std::ifstream in(log);
  for (std::string line; std::getline(in, line);) {
    const auto entry = codex::Json::parse(line);
    if (entry.at("dir") != "send") continue;
    if (entry.at("msg").value("method", "") == "thread/start") start = entry["msg"]["params"];
    if (entry.at("msg").value("method", "") == "turn/start") turn = entry["msg"]["params"];
  }
  CHECK(start == codex::Json{{"approvalPolicy", "on-request"},
                             {"approvalsReviewer", "auto_review"},
                             {"config", {{"model_reasoning_effort", "low"}}},
                             {"developerInstructions", "be brief"},
                             {"ephemeral", true},
                             {"sandbox", "workspace-write"},
                             {"serviceName", "tests"}});
  turn.erase("threadId");
  CHECK(turn == codex::Json{{"approvalPolicy", "never"},
                            {"effort", "high"},
                            {"input", {{{"type", "text"}, {"text", "hello"}}}},
                            {"sandboxPolicy",
                             {{"type", "workspaceWrite"},
                              {"networkAccess", false},
                              {"writableRoots", codex::Json::array()},
                              {"excludeTmpdirEnvVar", false},
                              {"excludeSlashTmp", false}}},
                            {"summary", "concise"}});
}

TEST_CASE("a client that was moved from says so") {
  MockModel mock;
  face::Codex codex(mock.config());
  const face::Codex moved = std::move(codex);
  CHECK_THROWS_AS((void)codex.thread_start(), codex::TransportClosedError);  // NOLINT
  CHECK_THROWS_AS((void)codex.metadata(), codex::TransportClosedError);
}

TEST_CASE("config overrides and the environment reach the runtime") {
  MockModel mock;
  mock.reply("hi");
  auto config = mock.config();
  config.config_overrides = {"model=\"overridden\""};
  face::Codex codex(std::move(config));
  (void)codex.thread_start().run("hello");
  CHECK(mock.last_request().body.at("model") == "overridden");
}

TEST_CASE("the schema in this repository is what the runtime writes" * face::once) {
  MockModel mock;
  for (const std::string surface : {"stable", "experimental"}) {
    const auto out = mock.codex_home() / surface;
    const std::string command = codex::testing::runtime_bin() +
                                " app-server generate-json-schema --out '" + out.string() + "'" +
                                (surface == "experimental" ? " --experimental" : "");
    REQUIRE(std::system(command.c_str()) == 0);
    const std::filesystem::path kept = std::filesystem::path(SCHEMA_DIR) / surface;
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(out)) {
      if (!entry.is_regular_file()) continue;
      ++files;
      const auto name = std::filesystem::relative(entry.path(), out);
      INFO(name.string());
      CHECK(read_file(entry.path()) == read_file(kept / name));
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(kept)) {
      if (entry.is_regular_file()) --files;
    }
    CHECK(files == 0);
  }
}
