#include <concepts>

#include <doctest/doctest.h>

#include <codex/codex.hpp>
#include <codex/protocol/account.hpp>
#include <codex/protocol/model.hpp>
#include <codex/protocol/thread.hpp>

#include "support/face.hpp"
#include "support/fake_runtime.hpp"
#include "support/messages.hpp"

using codex::Json;
using codex::testing::contains;
using codex::testing::FakeRuntime;
using codex::testing::message_of;
namespace types = codex::protocol;

// Invalid combinations do not compile.
static_assert(std::convertible_to<codex::ExternalMessage, codex::RunInput>);
static_assert(!std::convertible_to<codex::ExternalMessage, codex::Input>);      // steer
static_assert(!std::convertible_to<codex::ExternalMessage, codex::InputItem>);  // a list
static_assert(!std::convertible_to<const char*, codex::Sandbox>);
static_assert(!std::convertible_to<const char*, codex::ApprovalMode>);

// Each is the work's end, whatever its reason.
static_assert(std::derived_from<codex::TimeoutError, codex::InterruptedWork>);
static_assert(std::derived_from<codex::CancelledError, codex::InterruptedWork>);
static_assert(std::derived_from<codex::TransportClosedError, codex::InterruptedWork>);
static_assert(std::derived_from<codex::TurnFailedError, codex::InterruptedWork>);

namespace {

/// A runtime that knows one thread and does nothing with it.
struct ThreadOptionsFixture {
  FakeRuntime runtime;
  face::Codex codex;

  ThreadOptionsFixture() : codex((prepare(runtime), runtime.config())) {}

  static void prepare(FakeRuntime& runtime) {
    for (const auto* method :
         {"thread/start", "thread/resume", "thread/fork", "thread/unarchive"}) {
      runtime.on(method, [](const Json&) { return Json{{"thread", {{"id", "t"}}}}; });
    }
    runtime.on("turn/start", [](const Json&) { return Json{{"turn", {{"id", "u"}}}}; });
  }

  Json asked(std::string_view method) const { return runtime.asked(method).back(); }
};

}  // namespace

TEST_CASE_FIXTURE(ThreadOptionsFixture,
                  "thread_start asks for automatic review, and for nothing else") {
  CHECK(codex.thread_start().id() == "t");
  CHECK(asked("thread/start") ==
        Json{{"approvalPolicy", "on-request"}, {"approvalsReviewer", "auto_review"}});
  (void)codex.thread_start({.approval_mode = codex::ApprovalMode::deny_all});
  CHECK(asked("thread/start") == Json{{"approvalPolicy", "never"}});
  (void)codex.thread_start({.approval_mode = {}});
  CHECK(asked("thread/start") == Json::object());
}

TEST_CASE_FIXTURE(ThreadOptionsFixture, "every option of thread_start has its member on the wire") {
  (void)codex.thread_start({.approval_mode = codex::ApprovalMode::deny_all,
                            .base_instructions = "base",
                            .config = {{"a.b", 1}},
                            .cwd = "/repo",
                            .developer_instructions = "dev",
                            .ephemeral = true,
                            .model = "m",
                            .model_provider = "p",
                            .personality = types::Personality::pragmatic,
                            .sandbox = codex::Sandbox::full_access,
                            .service_name = "svc",
                            .service_tier = "priority",
                            .session_start_source = types::ThreadStartSource("startup"),
                            .thread_source = "future_source",
                            .extra_params = {{"ephemeral", false}, {"newOne", 1}}});
  CHECK(asked("thread/start") == Json{{"approvalPolicy", "never"},
                                      {"baseInstructions", "base"},
                                      {"config", {{"a.b", 1}}},
                                      {"cwd", "/repo"},
                                      {"developerInstructions", "dev"},
                                      {"ephemeral", false},
                                      {"model", "m"},
                                      {"modelProvider", "p"},
                                      {"personality", "pragmatic"},
                                      {"sandbox", "danger-full-access"},
                                      {"serviceName", "svc"},
                                      {"serviceTier", "priority"},
                                      {"sessionStartSource", "startup"},
                                      {"threadSource", "future_source"},
                                      {"newOne", 1}});
}

TEST_CASE("a list of strings in an option has as many as it shows, in one pair of braces or two") {
  const std::vector<std::string> both{"a", "b"};
  CHECK(*codex::ThreadListOptions{.model_providers = {"a", "b"}}.model_providers == both);
  CHECK(*codex::ThreadListOptions{.model_providers = {{"a", "b"}}}.model_providers == both);
  const std::string one = "a";
  CHECK(*codex::ThreadListOptions{.model_providers = {one, "b"}}.model_providers == both);
  CHECK(*codex::ThreadListOptions{.model_providers = both}.model_providers == both);
  CHECK(codex::ThreadListOptions{.model_providers = {"a"}}.model_providers->size() == 1);
  CHECK(codex::ThreadListOptions{.model_providers = {}}.model_providers.is_absent());
}

TEST_CASE_FIXTURE(ThreadOptionsFixture, "a null goes to the wire, where it may mean something") {
  (void)codex.thread_start({.approval_mode = {}, .service_tier = codex::null});
  CHECK(asked("thread/start") == Json{{"serviceTier", nullptr}});
  (void)codex.thread_resume("t", {.include_turns = false, .model = codex::null});
  CHECK(asked("thread/resume") ==
        Json{{"threadId", "t"}, {"excludeTurns", true}, {"model", nullptr}});
  const auto thread = codex.thread_start();
  (void)thread.turn("x", {.service_tier = codex::null});
  CHECK(asked("turn/start").at("serviceTier") == nullptr);
}

TEST_CASE_FIXTURE(ThreadOptionsFixture, "a null that would mean nothing is refused by its name") {
  using codex::null;
  const auto thread = codex.thread_start();
  const auto refused = [](const std::string& name, const auto& call) {
    INFO(name);
    CHECK_THROWS_WITH_AS(
        call(),
        (name + " cannot be null, which the protocol has no meaning for. Leave it out.").c_str(),
        codex::CodexError);
  };
  refused("approval_mode", [&] { (void)codex.thread_start({.approval_mode = null}); });
  refused("sandbox", [&] { (void)codex.thread_resume("t", {.sandbox = null}); });
  refused("include_turns", [&] { (void)codex.thread_resume("t", {.include_turns = null}); });
  refused("ephemeral", [&] { (void)codex.thread_fork("t", {.ephemeral = null}); });
  refused("include_turns", [&] { (void)thread.read({.include_turns = null}); });
  refused("use_state_db_only", [&] { (void)codex.thread_list({.use_state_db_only = null}); });
  refused("timeout", [&] { (void)codex.models({.timeout = null}); });
  refused("timeout", [&] { (void)codex.notifications({.timeout = null}); });
  refused("timeout", [&] { (void)thread.turn("x", {.timeout = null}); });
  refused("timeout", [&] { (void)thread.goal("x", {.timeout = null}); });
  refused("approval_mode", [&] { (void)thread.turn("x", {.approval_mode = null}); });
  refused("sandbox", [&] { (void)thread.turn("x", {.sandbox = null}); });
  refused("source", [&] { (void)thread.turn("x", {.source = null}); });
  refused("turn_service_tier", [&] { (void)thread.turn("x", {.turn_service_tier = null}); });
  CHECK(runtime.asked("thread/start").size() == 1);
  for (const auto* method : {"thread/resume", "thread/fork", "thread/read", "thread/list",
                             "model/list", "turn/start", "thread/goal/set"}) {
    INFO(method);
    CHECK(runtime.asked(method).empty());
  }
}

TEST_CASE_FIXTURE(ThreadOptionsFixture, "thread_resume keeps what is not said, and says the rest") {
  CHECK(codex.thread_resume("t").id() == "t");
  CHECK(asked("thread/resume") == Json{{"threadId", "t"}, {"excludeTurns", true}});
  (void)codex.thread_resume("t", {.approval_mode = codex::ApprovalMode::auto_review,
                                  .base_instructions = "base",
                                  .config = {{"a", 1}},
                                  .cwd = "/repo",
                                  .developer_instructions = "dev",
                                  .include_turns = false,
                                  .model = "m",
                                  .model_provider = "p",
                                  .personality = types::Personality::none,
                                  .sandbox = codex::Sandbox::read_only,
                                  .service_tier = "priority",
                                  .extra_params = {{"history", Json::array()}}});
  CHECK(asked("thread/resume") == Json{{"threadId", "t"},
                                       {"approvalPolicy", "on-request"},
                                       {"approvalsReviewer", "auto_review"},
                                       {"baseInstructions", "base"},
                                       {"config", {{"a", 1}}},
                                       {"cwd", "/repo"},
                                       {"developerInstructions", "dev"},
                                       {"excludeTurns", true},
                                       {"history", Json::array()},
                                       {"model", "m"},
                                       {"modelProvider", "p"},
                                       {"personality", "none"},
                                       {"sandbox", "read-only"},
                                       {"serviceTier", "priority"}});
}

TEST_CASE_FIXTURE(ThreadOptionsFixture,
                  "thread_fork takes over what is not said, and says the rest") {
  CHECK(codex.thread_fork("old").id() == "t");
  CHECK(asked("thread/fork") == Json{{"threadId", "old"}, {"excludeTurns", true}});
  (void)codex.thread_fork("old", {.approval_mode = codex::ApprovalMode::deny_all,
                                  .base_instructions = "base",
                                  .config = {{"a", 1}},
                                  .cwd = "/repo",
                                  .developer_instructions = "dev",
                                  .ephemeral = true,
                                  .include_turns = true,
                                  .model = "m",
                                  .model_provider = "p",
                                  .sandbox = codex::Sandbox::workspace_write,
                                  .service_tier = "priority",
                                  .thread_source = "user",
                                  .extra_params = {{"lastTurnId", "u"}}});
  CHECK(asked("thread/fork") == Json{{"threadId", "old"},
                                     {"approvalPolicy", "never"},
                                     {"baseInstructions", "base"},
                                     {"config", {{"a", 1}}},
                                     {"cwd", "/repo"},
                                     {"developerInstructions", "dev"},
                                     {"ephemeral", true},
                                     {"excludeTurns", false},
                                     {"lastTurnId", "u"},
                                     {"model", "m"},
                                     {"modelProvider", "p"},
                                     {"sandbox", "workspace-write"},
                                     {"serviceTier", "priority"},
                                     {"threadSource", "user"}});
}

TEST_CASE_FIXTURE(ThreadOptionsFixture, "thread_list filters by one folder or by several") {
  runtime.on("thread/list", [](const Json&) { return Json{{"data", Json::array()}}; });
  (void)codex.thread_list();
  CHECK(asked("thread/list") == Json::object());
  (void)codex.thread_list({.cwd = "/repo"});
  CHECK(asked("thread/list") == Json{{"cwd", "/repo"}});
  (void)codex.thread_list({.cwd = std::vector<std::string>{"/a", "/b"}, .section_id = "s"});
  CHECK(asked("thread/list") == Json{{"cwd", {"/a", "/b"}}, {"sectionId", "s"}});
}

TEST_CASE_FIXTURE(ThreadOptionsFixture,
                  "the plain calls say what they are asked to say, and extra_params win") {
  runtime.on("account/read", [](const Json&) { return Json{{"requiresOpenaiAuth", false}}; });
  runtime.on("account/logout", [](const Json&) { return Json::object(); });
  runtime.on("model/list", [](const Json&) { return Json{{"data", Json::array()}}; });
  for (const auto* method : {"thread/archive", "thread/name/set", "thread/compact/start"}) {
    runtime.on(method, [](const Json&) { return Json::object(); });
  }
  (void)codex.account();
  CHECK(asked("account/read") == Json{{"refreshToken", false}});
  (void)codex.account({.refresh_token = true, .extra_params = {{"more", 1}}});
  CHECK(asked("account/read") == Json{{"refreshToken", true}, {"more", 1}});
  codex.logout();
  CHECK(asked("account/logout") == Json());
  codex.logout({.extra_params = {{"more", 1}}});
  CHECK(asked("account/logout") == Json{{"more", 1}});
  (void)codex.models();
  CHECK(asked("model/list") == Json{{"includeHidden", false}});
  (void)codex.models({.include_hidden = true, .extra_params = {{"limit", 3}}});
  CHECK(asked("model/list") == Json{{"includeHidden", true}, {"limit", 3}});
  (void)codex.thread_archive("t");
  CHECK(asked("thread/archive") == Json{{"threadId", "t"}});
  (void)codex.thread_unarchive("t");
  CHECK(asked("thread/unarchive") == Json{{"threadId", "t"}});

  const auto thread = codex.thread_start();
  (void)thread.set_name("demo");
  CHECK(asked("thread/name/set") == Json{{"threadId", "t"}, {"name", "demo"}});
  (void)thread.compact({.extra_params = {{"more", 1}}});
  CHECK(asked("thread/compact/start") == Json{{"threadId", "t"}, {"more", 1}});
  CHECK(contains(message_of<codex::CodexError>([&] {
                   (void)thread.set_name("demo", {.extra_params = {1, 2}});
                 }),
                 "extra_params must be a JSON object"));
}

TEST_CASE_FIXTURE(ThreadOptionsFixture, "every option of a turn has its member on the wire") {
  const auto thread = codex.thread_start();
  (void)thread.turn("hi");
  const Json hi = {{{"type", "text"}, {"text", "hi"}}};
  CHECK(asked("turn/start") == Json{{"threadId", "t"}, {"input", hi}});
  (void)thread.turn("hi", {.approval_mode = codex::ApprovalMode::auto_review,
                           .cwd = "/repo",
                           .effort = "ultra",
                           .model = "m",
                           .output_schema = {{"type", "object"}},
                           .personality = types::Personality::friendly,
                           .sandbox = codex::Sandbox::read_only,
                           .service_tier = "priority",
                           .source = "automation",
                           .summary = types::ReasoningSummary::detailed,
                           .turn_service_tier = "default",
                           .extra_params = {{"clientUserMessageId", "c"}}});
  CHECK(asked("turn/start") ==
        Json{{"threadId", "t"},
             {"approvalPolicy", "on-request"},
             {"approvalsReviewer", "auto_review"},
             {"clientUserMessageId", "c"},
             {"cwd", "/repo"},
             {"effort", "ultra"},
             {"input", hi},
             {"model", "m"},
             {"outputSchema", {{"type", "object"}}},
             {"personality", "friendly"},
             {"sandboxPolicy", {{"type", "readOnly"}, {"networkAccess", false}}},
             {"serviceTier", "priority"},
             {"serviceTierForTurn", "default"},
             {"summary", "detailed"},
             {"turnTrigger", "automation"}});
  (void)thread.turn("hi", {.sandbox = codex::Sandbox::full_access});
  CHECK(asked("turn/start").at("sandboxPolicy") == Json{{"type", "dangerFullAccess"}});
}

TEST_CASE_FIXTURE(ThreadOptionsFixture, "every kind of input has its form on the wire") {
  const auto thread = codex.thread_start();
  (void)thread.turn({"text", codex::TextInput{"more"}, codex::ImageInput{"data:image/png;base64,"},
                     codex::LocalImageInput{"/i.png"}, codex::AudioInput{"data:audio/wav;base64,"},
                     codex::LocalAudioInput{"/a.wav"}, codex::SkillInput{"s", "/s/SKILL.md"},
                     codex::MentionInput{"m", "app://m"}});
  CHECK(asked("turn/start").at("input") ==
        Json{{{"type", "text"}, {"text", "text"}},
             {{"type", "text"}, {"text", "more"}},
             {{"type", "image"}, {"url", "data:image/png;base64,"}},
             {{"type", "localImage"}, {"path", "/i.png"}},
             {{"type", "audio"}, {"url", "data:audio/wav;base64,"}},
             {{"type", "localAudio"}, {"path", "/a.wav"}},
             {{"type", "skill"}, {"name", "s"}, {"path", "/s/SKILL.md"}},
             {{"type", "mention"}, {"name", "m"}, {"path", "app://m"}}});
  (void)thread.turn(codex::SkillInput{"s", "/s/SKILL.md"});  // one item stands for a list of one
  CHECK(asked("turn/start").at("input").size() == 1);
}

TEST_CASE_FIXTURE(ThreadOptionsFixture,
                  "an external message is the whole input, as the output of a tool") {
  const auto thread = codex.thread_start();
  (void)thread.turn(codex::ExternalMessage{
      .tool_name = "notifications", .content = "news", .namespace_ = "slack"});
  CHECK(asked("turn/start") ==
        Json{{"threadId", "t"},
             {"input", Json::array()},
             {"toolOutput",
              {{"name", "notifications"}, {"namespace", "slack"}, {"output", "news"}}}});
  using Items = std::vector<types::FunctionCallOutputContentItem>;
  (void)thread.turn(codex::ExternalMessage{
      .tool_name = "camera",
      .content = Items{types::InputTextFunctionCallOutputContentItem{.text = "look"},
                       types::InputImageFunctionCallOutputContentItem{.image_url = "data:,"}}});
  CHECK(asked("turn/start").at("toolOutput") ==
        Json{{"name", "camera"},
             {"output",
              {{{"type", "input_text"}, {"text", "look"}},
               {{"type", "input_image"}, {"image_url", "data:,"}}}}});

  const auto sent = runtime.asked("turn/start").size();
  for (const auto* blank : {"", " \t"}) {
    CHECK(contains(message_of<codex::CodexError>([&] {
                     (void)thread.turn(codex::ExternalMessage{.tool_name = blank, .content = "x"});
                   }),
                   "tool_name"));
  }
  CHECK(runtime.asked("turn/start").size() == sent);
}

TEST_CASE_FIXTURE(ThreadOptionsFixture, "values that came after this SDK are kept both ways") {
  runtime.on("account/read", [](const Json&) {
    return Json{{"requiresOpenaiAuth", true},
                {"account", {{"type", "chatgpt"}, {"email", nullptr}, {"planType", "ultra_max"}}}};
  });
  const auto account = codex.account();
  REQUIRE(account.account);
  const auto* chatgpt = account.account->as<types::ChatgptAccount>();
  REQUIRE(chatgpt);
  CHECK(chatgpt->plan_type.name() == "ultra_max");
  CHECK_FALSE(chatgpt->plan_type.is_known());
  CHECK_FALSE(chatgpt->email);
}

TEST_CASE_FIXTURE(ThreadOptionsFixture,
                  "an answer without what was asked for is a DecodeError with its method") {
  runtime.on("thread/start", [](const Json&) { return Json{{"thread", 7}}; });
  runtime.on("model/list", [](const Json&) { return Json{{"data", 7}}; });
  CHECK(contains(message_of<codex::DecodeError>([&] { (void)codex.thread_start(); }),
                 "thread/start"));
  CHECK(contains(message_of<codex::DecodeError>([&] { (void)codex.models(); }), "model/list"));
}
