#include <doctest/doctest.h>

#include <codex/async/client.hpp>
#include <codex/codex.hpp>
#include <codex/protocol.hpp>

#include "runtime/runtime_version.hpp"
#include "support/fake_runtime.hpp"
#include "support/messages.hpp"

using codex::Json;
using codex::UnsupportedError;
using codex::detail::RuntimeVersion;
using codex::testing::contains;
using codex::testing::FakeRuntime;
using codex::testing::message_of;
namespace requests = codex::protocol::requests;

namespace {

Json started(const Json&) { return {{"thread", {{"id", "t"}}}}; }

void answer_threads(FakeRuntime& runtime) {
  for (const auto* method : {"thread/start", "thread/resume", "thread/fork"}) {
    runtime.on(method, started);
  }
  runtime.on("turn/start", [](const Json&) { return Json{{"turn", {{"id", "u"}}}}; });
}

}  // namespace

TEST_CASE("a client that did not opt in may use nothing experimental, and nothing is sent") {
  FakeRuntime runtime;
  answer_threads(runtime);
  auto config = runtime.config();
  config.experimental_api = false;
  codex::Codex codex(std::move(config));

  const std::string by_option = message_of<UnsupportedError>([&] {
    (void)codex.thread_start({.extra_params = {{"dynamicTools", Json::array()}}});
  });
  CHECK(contains(by_option, "thread/start with dynamicTools"));
  CHECK(contains(by_option, "CodexConfig::experimental_api"));
  CHECK(contains(message_of<UnsupportedError>([&] {
                   codex.request<requests::ThreadResume>(
                       {.thread_id = "t", .path = "/rollout.jsonl"});
                 }),
                 "thread/resume with path"));
  CHECK(contains(message_of<UnsupportedError>([&] {
                   codex.request("thread/search", {{"searchTerm", "x"}});
                 }),
                 "thread/search is experimental"));
  CHECK(runtime.asked("thread/start").empty());
  CHECK(runtime.asked("thread/resume").empty());
  CHECK(runtime.asked("thread/search").empty());

  const auto thread = codex.thread_start({.cwd = "/repo", .extra_params = {{"path", nullptr}}});
  CHECK_THROWS_AS((void)thread.turn("hi", {.extra_params = {{"permissions", ":workspace"}}}),
                  UnsupportedError);
  CHECK(runtime.asked("turn/start").empty());
  (void)thread.turn("hi");
  CHECK(runtime.asked("turn/start").size() == 1);
  CHECK_THROWS_AS((void)codex.request("no/such/method"), codex::MethodNotFoundError);
}

TEST_CASE("a client that opted in may use what is experimental") {
  FakeRuntime runtime;
  answer_threads(runtime);
  codex::Codex codex(runtime.config());
  (void)codex.thread_start({.extra_params = {{"dynamicTools", Json::array()}}});
  CHECK(runtime.asked("thread/start").size() == 1);
}

TEST_CASE("the registry's experimental members are sorted and are members of their types") {
  const auto members = codex::protocol::experimental_members();
  CHECK(std::is_sorted(members.begin(), members.end()));
  for (const std::string_view name : members) {
    INFO(name);
    const auto dot = name.find('.');
    const auto* type = codex::protocol::find_type(name.substr(0, dot));
    REQUIRE(type);
    const auto& fields = static_cast<const codex::protocol::detail::ObjectInfo*>(type)->fields;
    CHECK(std::any_of(fields.begin(), fields.end(),
                      [&](const auto& field) { return field.name == name.substr(dot + 1); }));
  }
}

TEST_CASE("options newer than the runtime are refused, and nothing is sent") {
  for (const auto* version : {"0.147.0", "0.149.0", "0.151.0-alpha.6"}) {
    INFO(version);
    FakeRuntime runtime(version);
    answer_threads(runtime);
    codex::Codex codex(runtime.config());
    const auto thread = codex.thread_start();

    const auto refused = [&](const std::string& what, auto&& call) {
      INFO(what);
      const std::string message = message_of<UnsupportedError>(call);
      CHECK(contains(message, what));
      CHECK(contains(message, "0.151.0 or newer"));
      CHECK(contains(message, version));
      CHECK(contains(message, "CodexConfig::codex_bin"));
    };
    refused("turn/start with toolOutput",
            [&] { (void)thread.turn(codex::ExternalMessage{.tool_name = "t", .content = "x"}); });
    refused("turn/start with serviceTierForTurn, turnTrigger",
            [&] { (void)thread.turn("x", {.source = "cron", .turn_service_tier = "fast"}); });
    CHECK(runtime.asked("turn/start").empty());

    (void)codex.thread_resume("t", {.include_turns = false});  // every runtime knows that
    // Without them, the runtime is good enough.
    (void)thread.turn("x", {.model = "m"});
    CHECK(runtime.asked("turn/start").size() == 1);
  }
}

TEST_CASE("runtimes that are new enough, or built from a checkout, get the newer options") {
  for (const auto* version :
       {"0.151.0", "0.153.0", "0.154.0-alpha.1", "0.154.0-alpha.1.2", "0.151.0.post1", "0.0.0"}) {
    INFO(version);
    FakeRuntime runtime(version);
    answer_threads(runtime);
    codex::Codex codex(runtime.config());
    const auto thread = codex.thread_start();
    (void)thread.turn("x", {.source = "cron", .turn_service_tier = "fast"});
    CHECK(runtime.asked("turn/start").at(0).at("turnTrigger") == "cron");
  }
}

TEST_CASE(
    "resume and fork leave the turns out where that is no experiment, and where they are told") {
  const auto excluded = [](const char* version, codex::Optional<bool> include_turns,
                           const Json& extra = Json::object()) {
    FakeRuntime runtime(version);
    answer_threads(runtime);
    codex::Codex codex(runtime.config());
    (void)codex.thread_resume("t", {.include_turns = include_turns, .extra_params = extra});
    (void)codex.thread_fork("t", {.include_turns = include_turns, .extra_params = extra});
    const auto resumed = runtime.asked("thread/resume").at(0).value("excludeTurns", Json());
    CHECK(runtime.asked("thread/fork").at(0).value("excludeTurns", Json()) == resumed);
    return resumed;
  };
  for (const auto* version : {"0.151.0", "0.171.0", "0.152.0-alpha.1", "0.0.0"}) {
    INFO(version);
    CHECK(excluded(version, std::nullopt) == true);
    CHECK(excluded(version, true) == false);
    CHECK(excluded(version, false) == true);
    CHECK(excluded(version, std::nullopt, {{"excludeTurns", false}}) == false);
  }
  for (const auto* version : {"0.131.0", "0.150.0", "0.151.0-alpha.1"}) {
    INFO(version);
    CHECK(excluded(version, std::nullopt) == nullptr);
    CHECK(excluded(version, true) == false);
    CHECK(excluded(version, false) == true);
  }
}

TEST_CASE("what the runtime lacks is refused for every method and at every depth") {
  FakeRuntime runtime("0.145.0");  // counts as 0.144.6
  answer_threads(runtime);
  codex::Codex codex(runtime.config());
  const auto refused = [&](const std::string& method, const Json& params, const std::string& what) {
    CAPTURE(what);
    const std::string message =
        message_of<UnsupportedError>([&] { (void)codex.request(method, params); });
    CHECK(contains(message, what));
    CHECK(contains(message, "'0.145.0'"));
    CHECK(runtime.asked(method).empty());
  };
  const auto turn = [](const Json& input) {
    return Json{{"threadId", "t"}, {"input", Json::array({input})}};
  };
  refused("thread/start", {{"projectId", "p"}},
          "thread/start with projectId: Codex runtime 0.150.0");
  refused("thread/list", {{"sortKey", "section_position"}},
          "thread/list with sortKey \"section_position\": Codex runtime 0.148.0");
  refused("turn/start", turn({{"type", "audio"}, {"url", "u"}}),
          "turn/start with input[0] \"audio\": Codex runtime 0.146.1");
  refused("turn/start", turn({{"type", "image"}, {"url", "u"}, {"fileId", "f"}}),
          "turn/start with input[0].fileId: Codex runtime 0.156.1");
  refused("turn/start", turn({{"type", "image"}}),
          "turn/start without input[0].url: Codex runtimes up to 0.155.1 require it");
  refused("account/gcp/setup", nullptr, "account/gcp/setup: Codex runtime 0.166.0 or newer");
  refused("thread/start", {{"approvalPolicy", "on-failure"}},
          "thread/start with approvalPolicy \"on-failure\": Codex runtime 0.140.0 was the last");
  CHECK(message_of<UnsupportedError>([&] {
          (void)codex.request<requests::ThreadStart>({.project_id = "p"});
        }) == message_of<UnsupportedError>([&] {
          (void)codex.request("thread/start", {{"projectId", "p"}});
        }));
  (void)codex.request("thread/start", {{"projectId", nullptr}, {"approvalPolicy", "never"}});
  (void)codex.request("turn/start", turn({{"type", "image"}, {"url", "u"}, {"detail", "high"}}));
  CHECK(runtime.asked("turn/start").size() == 1);
}

TEST_CASE("arms that came when their type became a union are refused by runtimes before that") {
  const Json tool = {
      {"type", "function"}, {"name", "t"}, {"description", "d"}, {"inputSchema", {}}};
  const Json space = {
      {"type", "namespace"}, {"name", "n"}, {"description", "d"}, {"tools", Json::array({tool})}};
  FakeRuntime runtime("0.140.0");
  answer_threads(runtime);
  codex::Codex codex(runtime.config());
  CHECK(
      contains(message_of<UnsupportedError>([&] {
                 (void)codex.request("thread/start", {{"dynamicTools", Json::array({space})}});
               }),
               "thread/start with dynamicTools[0] \"namespace\": Codex runtime 0.144.6 or newer"));
  CHECK(runtime.asked("thread/start").empty());
  (void)codex.request("thread/start", {{"dynamicTools", Json::array({tool})}});  // as it was
  CHECK(runtime.asked("thread/start").size() == 1);

  FakeRuntime newer("0.144.6");
  answer_threads(newer);
  codex::Codex other(newer.config());
  (void)other.request("thread/start", {{"dynamicTools", Json::array({space})}});
  CHECK(newer.asked("thread/start").size() == 1);
}

TEST_CASE("a client says what its runtime supports, blocking and not") {
  const auto check = [](const char* version, bool is_newer) {
    FakeRuntime runtime(version);
    codex::Codex codex(runtime.config());
    CHECK(codex.supports("turn/start"));
    CHECK(codex.supports<requests::TurnStart>());
    CHECK(codex.supports<codex::protocol::notifications::TurnCompleted>());
    CHECK(codex.supports<codex::protocol::server_requests::ItemToolCall>());
    CHECK_FALSE(codex.supports("no/such/method"));
    CHECK(codex.supports("turn/start", "input"));
    CHECK(codex.supports("turn/start", "toolOutput") == is_newer);
    CHECK_FALSE(codex.supports("turn/start", "noSuchMember"));

    FakeRuntime other(version);
    codex::AsyncCodex async(other.config());
    CHECK(sync_wait(async.supports<requests::TurnStart>()));
    CHECK_FALSE(sync_wait(async.supports("no/such/method")));
    CHECK(sync_wait(async.supports("turn/start", "toolOutput")) == is_newer);
  };
  check("0.131.0", false);
  check("0.151.0", true);
  check("999.0.0", true);
  check("0.0.0", true);
}

TEST_CASE("a runtime that knows no reason for a denial gets the word alone") {
  for (const auto* version : {"0.131.0", "0.144.6", "0.146.1", "0.169.0"}) {
    CAPTURE(version);
    const bool is_older = std::string_view(version) < "0.146.1";
    FakeRuntime runtime(version);
    auto config = runtime.config();
    config.handlers.exec_command_approval = [](const auto&) {
      return codex::approvals::decline("not this one");
    };
    codex::Codex codex(std::move(config));
    const auto decision = [&](std::int64_t id, const char* method, const Json& params) {
      runtime.ask(id, method, params);
      return runtime.answer_to(id).at("result").at("decision");
    };
    const Json by_handler = decision(1, "execCommandApproval",
                                     {{"callId", "c"},
                                      {"command", {"ls"}},
                                      {"conversationId", "t"},
                                      {"cwd", "/"},
                                      {"parsedCmd", Json::array()}});
    CHECK(by_handler ==
          (is_older ? Json("denied") : Json{{"denied", {{"rejection", "not this one"}}}}));
    const Json by_nobody =
        decision(2, "applyPatchApproval",
                 {{"callId", "d"}, {"conversationId", "t"}, {"fileChanges", Json::object()}});
    CHECK(by_nobody.is_string() == is_older);
    runtime.ask(3, "item/fileChange/requestApproval",
                {{"itemId", "i"}, {"startedAtMs", 1}, {"threadId", "t"}, {"turnId", "u"}});
    CHECK(runtime.answer_to(3).at("result") == Json{{"decision", "decline"}});
  }
}

TEST_CASE("a runtime's version is read from its user agent, whatever the client is called") {
  using codex::detail::version_in;
  CHECK(version_in("app/0.169.0 (Debian 12; x86_64) xterm (app; 1)", "app") == "0.169.0");
  CHECK(version_in("my/own app/0.169.0 (Debian)", "my/own app") == "0.169.0");
  CHECK(version_in("other/0.170.0-alpha.1", "app") == "0.170.0-alpha.1");
  CHECK(version_in("app/unknown", "app").empty());
  CHECK(version_in("app/0.169", "app").empty());
  CHECK(version_in("app", "app").empty());
  CHECK(version_in("", "app").empty());
  CHECK(RuntimeVersion::parse("0.170.0-alpha.1")->is_at_least({0, 169, 0}));
  CHECK_FALSE(RuntimeVersion::parse("0.170.0-alpha.1")->is_at_least({0, 170, 0}));
  CHECK_FALSE(RuntimeVersion::parse("0.170"));
  CHECK_FALSE(RuntimeVersion::parse("unknown"));
}

TEST_CASE("the version is found whatever an inherited variable or an odd name puts before it") {
  using codex::detail::version_in;
  const std::string rest = "/0.171.0 (Debian 12.0.0; x86_64) iTerm.app/3.5.0 (app; 1.0.0)";
  for (const std::string name :
       {"acme/desktop", "acme/1.2.3", "acme/desktop/1.2.3-beta", "tool/1.2.3 (stable)",
        "my app 2/1.0", "a/b/c", "Caf_/1.0.0", "", "/", "app/", "v1.2.3"}) {
    CAPTURE(name);
    CHECK(version_in(name + rest, "app") == "0.171.0");
    CHECK(version_in(name + "/0.171.0", name) == "0.171.0");
  }
  CHECK(version_in("tool/1.2.3 (x; y)" + rest, "tool/1.2.3 (x; y)") == "0.171.0");
  CHECK(version_in("acme/desktop/0.170.0-alpha.2 (mac; arm64)", "app") == "0.170.0-alpha.2");
}

TEST_CASE("a program that names no version, or one that is too old, is refused with advice") {
  for (const auto* version : {"unknown", "", "0.130.9", "0.131.0-alpha.1"}) {
    INFO(version);
    FakeRuntime runtime(version);
    CHECK(contains(message_of<codex::CodexError>([&] { codex::Codex codex(runtime.config()); }),
                   "tools/fetch_runtime"));
  }
}

TEST_CASE("a runtime of another version is accepted, warned about or refused, as the app chooses") {
  using codex::RuntimeMismatch;
  for (const auto* version : {"0.150.0", "0.170.0-alpha.1", "999.0.0", "0.0.0"}) {
    INFO(version);
    const auto warning = [&](auto... choice) {
      FakeRuntime runtime(version);
      auto config = runtime.config();
      ((config.runtime_mismatch = choice), ...);
      return codex::Codex(std::move(config)).metadata().runtime_warning;
    };
    const std::string by_default = warning();
    CHECK(contains(by_default, std::string("Runtime ") + version));
    CHECK(contains(by_default, std::string(codex::sdk_version())));
    CHECK(contains(by_default, "tools/fetch_runtime"));
    CHECK(warning(RuntimeMismatch::accept).empty());
    const std::string refusal =
        message_of<codex::CodexError>([&] { (void)warning(RuntimeMismatch::refuse); });
    CHECK(contains(refusal, std::string("Runtime ") + version));
    CHECK(contains(refusal, "CodexConfig::runtime_mismatch"));
  }
}

TEST_CASE("the SDK's own runtime passes whatever the app chooses, and one too old never does") {
  using codex::RuntimeMismatch;
  for (const auto choice :
       {RuntimeMismatch::accept, RuntimeMismatch::warn, RuntimeMismatch::refuse}) {
    FakeRuntime own{std::string(codex::sdk_version())};
    auto config = own.config();
    config.runtime_mismatch = choice;
    CHECK(codex::Codex(config).metadata().runtime_warning.empty());

    FakeRuntime old("0.130.9");
    config = old.config();
    config.runtime_mismatch = choice;
    CHECK(contains(message_of<codex::CodexError>([&] { codex::Codex codex(config); }),
                   "0.130.9 is too old"));
  }
}
