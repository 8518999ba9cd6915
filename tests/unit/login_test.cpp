#include <fstream>
#include <thread>

#include <doctest/doctest.h>

#include <codex/codex.hpp>
#include <codex/protocol/account.hpp>

#include "support/face.hpp"
#include "support/fake_runtime.hpp"
#include "support/messages.hpp"
#include "testing/temp_dir.hpp"

using codex::Json;
using codex::testing::contains;
using codex::testing::FakeRuntime;
using codex::testing::message_of;
using namespace std::chrono_literals;
namespace types = codex::protocol;

namespace {

Json browser_login(const std::string& id) {
  return {{"type", "chatgpt"}, {"loginId", id}, {"authUrl", "https://auth.example/" + id}};
}

Json completed(const std::string& id, bool success = true) {
  return {{"loginId", id}, {"success", success}, {"error", nullptr}};
}

}  // namespace

TEST_CASE("an API key login is done when it returns") {
  FakeRuntime runtime;
  runtime.on("account/login/start", [](const Json&) { return Json{{"type", "apiKey"}}; });
  face::Codex codex(runtime.config());
  codex.login_api_key("sk-test");
  CHECK(runtime.asked("account/login/start") ==
        std::vector<Json>{{{"type", "apiKey"}, {"apiKey", "sk-test"}}});
}

TEST_CASE("a refused API key is in no error, even where the runtime repeats it") {
  FakeRuntime runtime;
  const std::string key = "my \"odd\" key";
  runtime.on("account/login/start", [](const Json& params) -> Json {
    throw FakeRuntime::RpcError{
        -32600, "bad key " + params.at("apiKey").get<std::string>(), {{"echo", params}}};
  });
  face::Codex codex(runtime.config());
  try {
    codex.login_api_key(key);
    FAIL("the login was refused, and there was no error");
  } catch (const codex::InvalidRequestError& error) {
    CHECK(error.code() == -32600);
    CHECK(error.message() == "bad key ***");
    CHECK_FALSE(contains(error.what(), "odd"));
    CHECK_FALSE(contains(error.data().dump(), "odd"));
  }
}

TEST_CASE("an API key is masked in the wire log") {
  FakeRuntime runtime;
  runtime.on("account/login/start", [](const Json&) { return Json{{"type", "apiKey"}}; });
  const codex::testing::detail::TempDir folder("codex-test-");
  const auto log = folder.path() / "wire.jsonl";
  auto config = runtime.config();
  config.wire_log = log.string();
  {
    face::Codex codex(std::move(config));
    codex.login_api_key("my odd key");
  }
  std::ifstream in(log);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  CHECK(contains(text, "account/login/start"));
  CHECK_FALSE(contains(text, "odd"));
}

TEST_CASE("a browser login says where to go, and waits for its own completion") {
  FakeRuntime runtime;
  runtime.on("account/login/start", [](const Json&) { return browser_login("one"); });
  face::Codex codex(runtime.config());
  const auto login = codex.login_chatgpt();
  CHECK(login.login_id() == "one");
  CHECK(login.auth_url() == "https://auth.example/one");
  CHECK(runtime.asked("account/login/start") == std::vector<Json>{{{"type", "chatgpt"}}});

  runtime.notify("account/login/completed", completed("another"));
  runtime.notify("account/login/completed", completed("one"));
  const auto done = login.wait(60s);
  CHECK(done.success);
  CHECK(done.login_id == "one");
  CHECK(login.wait() == done);  // as often as one likes
}

TEST_CASE("a device code login says where to go and what to enter there") {
  FakeRuntime runtime;
  runtime.on("account/login/start", [](const Json&) {
    return Json{{"type", "chatgptDeviceCode"},
                {"loginId", "dev"},
                {"verificationUrl", "https://auth.example/device"},
                {"userCode", "AB-12"}};
  });
  face::Codex codex(runtime.config());
  const auto login = codex.login_chatgpt_device_code({.extra_params = {{"hint", 7}}});
  CHECK(login.login_id() == "dev");
  CHECK(login.verification_url() == "https://auth.example/device");
  CHECK(login.user_code() == "AB-12");
  CHECK(runtime.asked("account/login/start") ==
        std::vector<Json>{{{"type", "chatgptDeviceCode"}, {"hint", 7}}});
}

TEST_CASE("a completion that comes before its login's response is kept for it") {
  FakeRuntime runtime;
  runtime.on("account/login/start", [&](const Json&) {
    runtime.notify("account/login/completed", completed("early", false));
    return browser_login("early");
  });
  face::Codex codex(runtime.config());
  CHECK_FALSE(codex.login_chatgpt().wait(60s).success);
}

TEST_CASE("several logins at once each get their own completion") {
  FakeRuntime runtime;
  int attempts = 0;
  runtime.on("account/login/start",
             [&](const Json&) { return browser_login(std::to_string(++attempts)); });
  face::Codex codex(runtime.config());
  const auto first = codex.login_chatgpt();
  const auto second = codex.login_chatgpt();
  types::AccountLoginCompletedNotification seen_by_waiter;
  std::thread waiter([&, copy = second] { seen_by_waiter = copy.wait(20s); });
  runtime.notify("account/login/completed", completed("2"));
  CHECK(second.wait(20s).success);
  waiter.join();
  CHECK(seen_by_waiter.success);
  runtime.notify("account/login/completed", completed("1", false));
  CHECK_FALSE(first.wait(20s).success);
}

TEST_CASE(
    "the wait for a login that nobody finishes ends by its bounds, and can be taken up again") {
  FakeRuntime runtime;
  runtime.on("account/login/start", [](const Json&) { return browser_login("slow"); });
  face::Codex codex(runtime.config());
  const auto login = codex.login_chatgpt();
  CHECK(contains(message_of<codex::TimeoutError>([&] { (void)login.wait(1ms); }), "slow"));
  std::stop_source stop;
  stop.request_stop();
  CHECK_THROWS_AS((void)login.wait(stop.get_token()), codex::CancelledError);
  CHECK_THROWS_AS((void)login.wait({.timeout = 60s, .stop = stop.get_token()}),
                  codex::CancelledError);
  runtime.notify("account/login/completed", completed("slow"));
  CHECK(login.wait(60s).success);
}

TEST_CASE("cancelling a login tells the runtime which one") {
  FakeRuntime runtime;
  runtime.on("account/login/start", [](const Json&) { return browser_login("one"); });
  runtime.on("account/login/cancel", [](const Json&) { return Json{{"status", "canceled"}}; });
  face::Codex codex(runtime.config());
  CHECK(codex.login_chatgpt().cancel().status == types::CancelLoginAccountStatus::canceled);
  CHECK(runtime.asked("account/login/cancel") == std::vector<Json>{{{"loginId", "one"}}});
}

TEST_CASE("a login answer of another type is an error that names the method") {
  FakeRuntime runtime;
  runtime.on("account/login/start", [](const Json&) { return Json{{"type", "apiKey"}}; });
  face::Codex codex(runtime.config());
  CHECK(contains(message_of<codex::DecodeError>([&] { (void)codex.login_chatgpt(); }),
                 "account/login/start"));
  CHECK_THROWS_AS((void)codex.login_chatgpt_device_code(), codex::DecodeError);
}

TEST_CASE("who waits for a login is told when the runtime ends") {
  FakeRuntime runtime;
  runtime.on("account/login/start", [](const Json&) { return browser_login("one"); });
  face::Codex codex(runtime.config());
  const auto login = codex.login_chatgpt();
  runtime.end();
  CHECK_THROWS_AS((void)login.wait(), codex::TransportClosedError);
}
