#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include <codex/codex.hpp>
#include <codex/protocol/account.hpp>
#include <codex/protocol/model.hpp>
#include <codex/testing.hpp>

#include "support/face.hpp"
#include "support/login_port.hpp"
#include "support/messages.hpp"
#include "support/variable.hpp"
#include "testing/temp_dir.hpp"

using codex::Json;
using codex::testing::MockModel;
using namespace std::chrono_literals;
namespace requests = codex::protocol::requests;
namespace types = codex::protocol;

namespace {

/// A model that wants a login, for a runtime that has none.
struct AccountFixture {
  MockModel mock{{.requires_openai_auth = true}};

  codex::CodexConfig config() const {
    auto config = mock.config();
    config.env["OPENAI_API_KEY"] = "";
    return config;
  }
};

/// What a ChatGPT token looks like; nobody checks its signature.
const std::string chatgpt_token =
    "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0."
    "eyJlbWFpbCI6Im1lQGV4YW1wbGUuY29tIiwiaHR0cHM6Ly9hcGkub3BlbmFpLmNvbS9hdXRoIjp7ImNoYXRncHRf"
    "YWNjb3VudF9pZCI6ImFjYy0xIiwiY2hhdGdwdF9wbGFuX3R5cGUiOiJwcm8ifSwiZXhwIjo0MTAyNDQ0ODAwfQ."
    "c2ln";

}  // namespace

TEST_CASE_FIXTURE(AccountFixture,
                  "an API key that was logged in with goes to the model, until logout") {
  mock.reply("hello");
  face::Codex codex(config());
  CHECK_FALSE(codex.account().account.has_value());
  codex.login_api_key("sk-sdk-login-test");
  (void)codex.thread_start().run("hi");
  CHECK(mock.last_request().headers.at("authorization") == "Bearer sk-sdk-login-test");

  const auto account = codex.account({.refresh_token = false});
  CHECK(account.requires_openai_auth);
  REQUIRE(account.account);
  CHECK(account.account->is<types::ApiKeyAccount>());

  codex.logout();
  CHECK_FALSE(codex.account().account.has_value());
}

TEST_CASE_FIXTURE(AccountFixture, "a home of the app's own, with the user's login or without it") {
  {
    face::Codex user(config());
    user.login_api_key("sk-sdk-of-the-user");
  }
  const codex::testing::Variable users_home("CODEX_HOME", mock.codex_home().string());
  const codex::testing::detail::TempDir folder("codex-own-home-");
  for (const bool take_login : {false, true}) {
    CAPTURE(take_login);
    MockModel own(
        {.requires_openai_auth = true, .home = folder.path() / (take_login ? "with" : "without")});
    own.reply("hello");
    auto config = own.config();
    config.home = own.codex_home().string();
    config.take_login = take_login;
    face::Codex codex(config);
    CHECK(codex.metadata().codex_home == config.home);
    CHECK(codex.account().account.has_value() == take_login);
    if (!take_login) continue;
    (void)codex.thread_start().run("hi");
    CHECK(own.last_request().headers.at("authorization") == "Bearer sk-sdk-of-the-user");
  }
}

TEST_CASE("a home that makes no sense is refused before anything starts" * face::once) {
  const auto refusal = [](codex::CodexConfig config) {
    try {
      const face::Codex codex(std::move(config));
    } catch (const codex::CodexError& error) {
      return std::string(error.what());
    }
    return std::string("(not refused)");
  };
  using codex::testing::contains;
  CHECK(contains(refusal({.env = {{"CODEX_HOME", "/a"}}, .home = "/b"}), "Leave one of them out"));
  CHECK(contains(refusal({.unset_env = {"CODEX_HOME"}, .home = "/b"}), "Leave one of them out"));
  CHECK(contains(refusal({.home = "b"}), "Give an absolute path"));
  CHECK(contains(refusal({.home = ""}), "is empty"));
  CHECK(contains(refusal({.take_login = true}), "take_login needs CodexConfig::home"));
  CHECK(contains(refusal({.launch_args_override = {"/bin/true"}, .home = "/b", .take_login = true}),
                 "no launch_args_override"));
}

TEST_CASE_FIXTURE(AccountFixture, "a ChatGPT token from elsewhere goes to the model") {
  mock.reply("hello");
  face::Codex codex(config());
  const auto response = codex.request<requests::AccountLoginStart>(
      types::ChatgptAuthTokensLoginAccountParams{.access_token = chatgpt_token,
                                                 .chatgpt_account_id = "acc-1",
                                                 .chatgpt_plan_type = "pro"});
  CHECK(response.is<types::ChatgptAuthTokensLoginAccountResponse>());
  (void)codex.thread_start().run("hi");
  CHECK(mock.last_request().headers.at("authorization") == "Bearer " + chatgpt_token);
}

TEST_CASE_FIXTURE(AccountFixture, "browser logins complete by their ids, cancelled or replaced") {
  const codex::testing::LoginPort port;
  face::Codex codex(config());
  const auto first = codex.login_chatgpt();
  SUBCASE("a login that is cancelled completes without success") {
    CHECK_FALSE(first.login_id().empty());
    CHECK(first.auth_url().starts_with("https://"));
    CHECK(first.cancel().status == types::CancelLoginAccountStatus::canceled);
    const auto done = first.wait({.timeout = 60s});
    CHECK(done.login_id == first.login_id());
    CHECK_FALSE(done.success);
    CHECK(done.error.has_value());
    CHECK(first.cancel().status == types::CancelLoginAccountStatus::not_found);
  }
  SUBCASE("a second login ends the first, and each waiter gets its own") {
    const auto second = codex.login_chatgpt();
    CHECK(first.login_id() != second.login_id());
    const auto replaced = first.wait(60s);
    CHECK(replaced.login_id == first.login_id());
    CHECK_FALSE(replaced.success);
    (void)second.cancel();
    CHECK(second.wait(60s).login_id == second.login_id());
  }
}

TEST_CASE_FIXTURE(AccountFixture, "a login without an id is told to notifications()") {
  face::Codex codex(config());
  auto events = codex.notifications({.timeout = 60s});
  codex.login_api_key("sk-sdk-login-test");
  for (const codex::Notification& event : events) {
    if (const auto done = event.as<types::notifications::AccountLoginCompleted>()) {
      CHECK(done->success);
      CHECK_FALSE(done->login_id.has_value());
      break;
    }
  }
}

TEST_CASE("models are listed, one page or all of them") {
  MockModel mock;
  face::Codex codex(mock.config());
  const auto page = codex.models({.include_hidden = true});
  CHECK_FALSE(page.data.empty());
  std::vector<std::string> ids;
  for (const auto& model : codex.all<requests::ModelList>({.include_hidden = true, .limit = 2})) {
    ids.push_back(model.id);
  }
  REQUIRE(ids.size() == page.data.size());
  for (std::size_t i = 0; i < ids.size(); ++i) CHECK(ids[i] == page.data[i].id);
}

TEST_CASE("the runtime itself refuses what the client refuses to send without opting in") {
  // The SDK's list comes from the schema: this asks the runtime whether it agrees.
  MockModel mock;
  auto config = mock.config();
  config.experimental_api = false;
  face::Codex guarded(config);
  CHECK_THROWS_AS((void)guarded.thread_start({.extra_params = {{"dynamicTools", Json::array()}}}),
                  codex::UnsupportedError);
  CHECK_THROWS_AS((void)guarded.request("thread/search", {{"searchTerm", "x"}}),
                  codex::UnsupportedError);
  CHECK_FALSE(guarded.thread_start().id().empty());
}
