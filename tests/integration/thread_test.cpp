#include <algorithm>

#include <doctest/doctest.h>

#include <codex/codex.hpp>
#include <codex/protocol/thread.hpp>
#include <codex/testing.hpp>

#include "support/face.hpp"
#include "testing/temp_dir.hpp"

using codex::ApprovalMode;
using codex::Json;
using codex::testing::Gate;
using codex::testing::MockModel;
using codex::testing::Reply;
using namespace std::chrono_literals;
namespace requests = codex::protocol::requests;
namespace types = codex::protocol;

namespace {

std::string text_of(const types::UserMessageThreadItem& message) {
  std::string out;
  for (const auto& part : message.content) {
    if (const auto* text = part.as<types::TextUserInput>()) out += text->text;
  }
  return out;
}

/// Who said what in a thread: `user: hi`, `agent: hello`.
std::vector<std::string> conversation(const types::Thread& thread) {
  std::vector<std::string> out;
  for (const auto& turn : thread.turns) {
    for (const auto& item : turn.items) {
      if (const auto* user = item.as<types::UserMessageThreadItem>()) {
        out.push_back("user: " + text_of(*user));
      } else if (const auto* agent = item.as<types::AgentMessageThreadItem>()) {
        out.push_back("agent: " + agent->text);
      }
    }
  }
  return out;
}

std::vector<std::string> listed(face::Codex& codex, const codex::ThreadListOptions& options) {
  std::vector<std::string> ids;
  for (const auto& thread : codex.threads(options)) ids.push_back(thread.id);
  return ids;
}

/// The approval policy that a thread has now.
types::AskForApproval policy_of(face::Codex& codex, const std::string& thread_id) {
  return codex.request<requests::ThreadResume>({.thread_id = thread_id}).approval_policy;
}

}  // namespace

TEST_CASE("a thread that is missing is told from a configuration that does not load") {
  MockModel mock({.settings = {{"features.goals", "true"}}});
  mock.reply("hi");
  face::Codex codex(mock.config());
  const std::string missing = "0199c0de-0000-7000-8000-000000000000";
  CHECK_THROWS_AS((void)codex.thread_resume(missing), codex::ThreadNotFoundError);
  CHECK_THROWS_AS((void)codex.thread_fork(missing), codex::ThreadNotFoundError);
  CHECK_THROWS_AS(codex.thread_archive(missing), codex::ThreadNotFoundError);
  CHECK_THROWS_AS((void)codex.thread_unarchive(missing), codex::ThreadNotFoundError);
  CHECK_THROWS_AS(codex.request<requests::ThreadRead>({.thread_id = missing}),
                  codex::ThreadNotFoundError);
  CHECK_THROWS_AS(codex.request<requests::ThreadGoalGet>({.thread_id = missing}),
                  codex::ThreadNotFoundError);

  auto thread = codex.thread_start();
  thread.run("hello");
  try {
    (void)codex.thread_fork(thread.id(), {.model_provider = "nope"});
    FAIL("forked with a provider that is not configured");
  } catch (const codex::ThreadNotFoundError& error) {
    FAIL(error.what());
  } catch (const codex::InvalidRequestError& error) {
    CHECK(error.message().find("nope") != std::string::npos);
  }
  codex.thread_archive(thread.id());
  CHECK_THROWS_AS(codex.thread_archive(thread.id()), codex::ThreadNotFoundError);
  CHECK_THROWS_AS(thread.run("again"), codex::ThreadNotFoundError);
  CHECK_THROWS_AS(thread.compact(), codex::ThreadNotFoundError);
}

TEST_CASE("a history that is too large fails the call that asks for it, and nothing else") {
  MockModel mock;
  mock.reply(std::string(200'000, 'x'));
  mock.reply("hi");
  auto config = mock.config();
  config.max_message_bytes = 100'000;
  std::string id;
  {
    face::Codex codex(config);
    auto thread = codex.thread_start();
    id = thread.id();
    const auto result = thread.run("talk");
    CHECK(result.status == types::TurnStatus::completed);
    CHECK(result.dropped_items == 1);
    CHECK_FALSE(result.final_response);
    CHECK_THROWS_AS((void)thread.read({.include_turns = true}), codex::MessageTooLargeError);
    CHECK(thread.read().thread.id == id);
  }
  face::Codex codex(config);
  CHECK_THROWS_AS((void)codex.thread_resume(id, {.include_turns = true}),
                  codex::MessageTooLargeError);
  CHECK_THROWS_AS((void)codex.thread_fork(id, {.include_turns = true}),
                  codex::MessageTooLargeError);
  auto thread = codex.thread_resume(id, {.include_turns = false});
  CHECK(thread.run("and now?").final_response == "hi");
  CHECK(codex.thread_fork(id, {.include_turns = false}).id() != id);
}

TEST_CASE("a name that was set is read back") {
  MockModel mock;
  mock.reply("hi");
  face::Codex codex(mock.config());
  const auto thread = codex.thread_start();
  (void)thread.run("hello");
  (void)thread.set_name("sdk integration thread");
  CHECK(thread.read({.include_turns = true}).thread.name == "sdk integration thread");
}

TEST_CASE("read gives the turns with all they hold, where it is asked to") {
  MockModel mock;
  mock.reply("first answer");
  mock.reply("second answer");
  face::Codex codex(mock.config());
  const auto thread = codex.thread_start();
  (void)thread.run("first question");
  (void)thread.run("second question");
  CHECK(conversation(thread.read({.include_turns = true}).thread) ==
        std::vector<std::string>{"user: first question", "agent: first answer",
                                 "user: second question", "agent: second answer"});
  CHECK(thread.read().thread.turns.empty());
}

TEST_CASE("lists tell archived threads from the others") {
  MockModel mock;
  mock.on_request([](const auto&) { return Reply("ok"); });
  face::Codex codex(mock.config());
  const auto kept = codex.thread_start();
  const auto archived = codex.thread_start();
  (void)kept.run("one");
  (void)archived.run("two");
  (void)codex.thread_archive(archived.id());
  const auto open = codex.thread_list({.archived = false});
  REQUIRE(open.data.size() == 1);
  CHECK(open.data[0].id == kept.id());
  CHECK(listed(codex, {.archived = true}) == std::vector<std::string>{archived.id()});

  CHECK(codex.thread_unarchive(archived.id()).id() == archived.id());
  CHECK(listed(codex, {.archived = true}).empty());
  CHECK(archived.read().thread.id == archived.id());
}

TEST_CASE("threads() reads as many pages as there are") {
  MockModel mock;
  mock.on_request([](const auto&) { return Reply("ok"); });
  face::Codex codex(mock.config());
  std::vector<std::string> started;
  for (int i = 0; i < 5; ++i) {
    const auto thread = codex.thread_start();
    (void)thread.run("hi");
    started.push_back(thread.id());
  }
  auto seen = listed(codex, {.limit = 2});
  CHECK(codex.thread_list({.limit = 2}).data.size() == 2);
  std::sort(started.begin(), started.end());
  std::sort(seen.begin(), seen.end());
  CHECK(seen == started);
  CHECK(listed(codex, {.cwd = "/no/such/folder"}).empty());
  CHECK(
      listed(codex, {.cwd = mock.workspace().string(), .sort_direction = types::SortDirection::asc})
          .size() == 5);
}

TEST_CASE("a fork begins with what its thread had, and goes its own way") {
  MockModel mock;
  mock.reply("first answer");
  mock.reply("fork's answer");
  face::Codex codex(mock.config());
  const auto thread = codex.thread_start();
  (void)thread.run("first question");
  const auto fork = codex.thread_fork(thread.id(), {.include_turns = true});
  CHECK(fork.id() != thread.id());
  (void)fork.run("second question");
  CHECK(mock.last_request().last_user_text() == "second question");
  CHECK(conversation(fork.read({.include_turns = true}).thread) ==
        std::vector<std::string>{"user: first question", "agent: first answer",
                                 "user: second question", "agent: fork's answer"});
  CHECK(conversation(thread.read({.include_turns = true}).thread).size() == 2);
}

TEST_CASE("a thread is resumed by another runtime, with all that it had") {
  MockModel mock;
  mock.reply("first answer");
  mock.reply("second answer");
  std::string id;
  {
    face::Codex codex(mock.config());
    const auto thread = codex.thread_start();
    (void)thread.run("first question", {.source = "automation", .turn_service_tier = "default"});
    id = thread.id();
  }
  face::Codex codex(mock.config());
  const auto thread = codex.thread_resume(id, {.include_turns = false});
  CHECK(thread.id() == id);
  (void)thread.run("second question");
  const auto texts = mock.last_request().user_texts();
  CHECK(std::find(texts.begin(), texts.end(), "first question") != texts.end());
  CHECK(thread.read({.include_turns = true}).thread.turns.size() == 2);

  std::vector<std::string> turns;
  for (const auto& turn : codex.all<requests::ThreadTurnsList>({.thread_id = id, .limit = 1})) {
    turns.push_back(turn.id);
  }
  CHECK(turns.size() == 2);
}

TEST_CASE("resume and fork keep the approval policy, unless they are told another") {
  MockModel mock;
  mock.on_request([](const auto&) { return Reply("ok"); });
  face::Codex codex(mock.config());
  const auto thread = codex.thread_start({.approval_mode = ApprovalMode::deny_all});
  (void)thread.run("hi");
  const auto resumed = codex.thread_resume(thread.id());
  CHECK(policy_of(codex, resumed.id()) == types::AskForApproval::never);

  const auto fork = codex.thread_fork(thread.id());
  (void)fork.run("hi");
  CHECK(fork.id() != thread.id());
  CHECK(policy_of(codex, fork.id()) == types::AskForApproval::never);

  const auto reviewed =
      codex.thread_fork(thread.id(), {.approval_mode = ApprovalMode::auto_review});
  (void)reviewed.run("hi");
  CHECK(policy_of(codex, reviewed.id()) == types::AskForApproval::on_request);
  CHECK(codex.request<requests::ThreadResume>({.thread_id = reviewed.id()}).approvals_reviewer ==
        types::ApprovalsReviewer::auto_review);
}

TEST_CASE("compacting a thread asks the model for a summary") {
  MockModel mock;
  mock.reply("hello");
  mock.reply("a summary");
  face::Codex codex(mock.config());
  const auto thread = codex.thread_start();
  (void)thread.run("hi");
  (void)thread.compact();
  REQUIRE(mock.wait_for_requests(2, 60s));
  CHECK(mock.last_request().path == "/v1/responses");
}

TEST_CASE("other calls are answered while a turn runs") {
  MockModel mock;
  const Gate gate;
  mock.reply(Reply{}.delta("one").wait_for(gate).delta("two"));
  face::Codex codex(mock.config());
  const auto thread = codex.thread_start();
  auto turn = thread.turn("go");
  REQUIRE(gate.wait_reached(60s));
  CHECK_FALSE(codex.request<requests::ModelList>({}, {.timeout = 60s}).data.empty());
  CHECK(thread.read().thread.id == thread.id());
  gate.open();
  CHECK(turn.run().final_response == "onetwo");
}

TEST_CASE("notifications() tells of threads and of the account") {
  MockModel mock;
  face::Codex codex(mock.config());
  auto events = codex.notifications({.timeout = 60s});
  const auto thread = codex.thread_start();
  for (const codex::Notification& event : events) {
    if (const auto started = event.as<types::notifications::ThreadStarted>()) {
      CHECK(started->thread.id == thread.id());
      break;
    }
  }
}

TEST_CASE("a home that stays: the next run resumes the threads of the one before") {
  const codex::testing::detail::TempDir folder("codex-lasting-");
  const codex::testing::MockModelOptions options{.home = folder.path() / "home"};
  std::string id;
  {
    MockModel mock(options);
    mock.reply("Noted.");
    face::Codex codex(mock.config());
    const auto thread = codex.thread_start();
    (void)thread.run("Remember 42.");
    id = thread.id();
  }
  MockModel mock(options);
  mock.reply("42.");
  face::Codex codex(mock.config());
  const auto thread = codex.thread_resume(id);
  CHECK(thread.run("What was it?").final_response == "42.");
  const auto texts = mock.last_request().user_texts();
  CHECK(std::find(texts.begin(), texts.end(), "Remember 42.") != texts.end());
}
