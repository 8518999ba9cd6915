// What CodexConfig::wire_log wrote is what ScriptedServer plays.

#include <filesystem>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include <codex/codex.hpp>
#include <codex/testing.hpp>

#include "testing/temp_dir.hpp"

using codex::testing::MockModel;
using codex::testing::Reply;
using codex::testing::ScriptedServer;

namespace {

constexpr const char* secret = "sk-very-secret-0123456789";

struct Conversation {
  std::string thread_id;
  codex::TurnResult first;
  std::vector<std::string> events = {};  // of the second turn
  codex::TurnResult second = {};
};

/// Two turns, the second one watched, and a secret on its way to the runtime.
Conversation converse(const codex::CodexConfig& config) {
  codex::Codex codex(config);
  codex.request("account/login/start", {{"type", "apiKey"}, {"apiKey", secret}});
  auto thread = codex.thread_start();
  Conversation conversation{.thread_id = thread.id(), .first = thread.run("one")};
  auto turn = thread.turn("two");
  for (const codex::Notification& event : turn.stream()) {
    conversation.events.emplace_back(event.text());
  }
  conversation.second = turn.run();
  return conversation;
}

codex::Json json_of(const std::vector<std::string>& texts) {
  codex::Json json;
  for (const auto& text : texts) json.push_back(codex::Json::parse(text));
  return json;
}

void check_same(const codex::TurnResult& played, const codex::TurnResult& recorded) {
  CHECK(played.id == recorded.id);
  CHECK(played.status == recorded.status);
  CHECK(played.final_response == recorded.final_response);
  CHECK(played.items == recorded.items);
  CHECK(played.usage == recorded.usage);
  CHECK(played.started_at == recorded.started_at);
  CHECK(played.completed_at == recorded.completed_at);
  CHECK(played.duration_ms == recorded.duration_ms);
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("a conversation with the runtime is recorded, and played again without it") {
  const codex::testing::detail::TempDir folder("codex-test-");
  const auto log = folder.path() / "wire.jsonl";
  Conversation recorded;
  {
    MockModel mock({.sandbox_mode = "danger-full-access"});
    mock.reply(Reply{}.commentary("Looking.").shell("echo hello"));
    mock.reply(Reply("One.").usage({.input = 11, .output = 7}));
    mock.reply(Reply{}.deltas({"T", "w", "o."}));
    auto config = mock.config();
    config.wire_log = log.string();
    recorded = converse(config);
    REQUIRE(recorded.first.final_response == "One.");
    REQUIRE(recorded.first.items.size() == 4);
  }
  CHECK(text_of(log).find(secret) == std::string::npos);

  ScriptedServer server;
  server.play(log);
  codex::CodexConfig config;
  SUBCASE("in memory") { config = server.memory_config(); }
  SUBCASE("as a process") { config = server.config(); }
  const Conversation played = converse(config);
  CHECK(played.thread_id == recorded.thread_id);
  check_same(played.first, recorded.first);
  check_same(played.second, recorded.second);
  CHECK(json_of(played.events) == json_of(recorded.events));
  CHECK(server.problems().empty());
}
