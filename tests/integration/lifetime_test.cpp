// The life of a runtime: missing, wrong, too old, killed; and nothing of it remains.

#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <set>
#include <signal.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include <doctest/doctest.h>

#include <codex/codex.hpp>
#include <codex/protocol/registry.hpp>
#include <codex/testing.hpp>

#include "integration/runtime_bin.hpp"
#include "support/face.hpp"
#include "support/messages.hpp"
#include "support/processes.hpp"
#include "support/variable.hpp"

using codex::testing::contains;
using codex::testing::Gate;
using codex::testing::MockModel;
using codex::testing::Reply;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

/// What must be the same before and after.
struct Footprint {
  std::ptrdiff_t descriptors = codex::testing::open_descriptors();
  std::ptrdiff_t threads = codex::testing::running_threads();
  std::set<int> processes = codex::testing::children_of(getpid());

  bool operator==(const Footprint&) const = default;

  /// Whether all is again as it was. What has ended is listed for a moment longer.
  [[nodiscard]] bool is_restored() const {
    const auto deadline = codex::testing::soon();
    while (Footprint{} != *this) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::yield();
    }
    return true;
  }
};

/// A program that answers initialize with this.
codex::CodexConfig answering(const std::string& result) {
  return {.launch_args_override = {"/bin/sh", "-c",
                                   "read line; echo '{\"id\":1,\"result\":" + result +
                                       "}'; cat > /dev/null"},
          .startup_timeout = 20s};
}

std::string start_error(codex::CodexConfig config) {
  try {
    const face::Codex codex(std::move(config));
  } catch (const codex::CodexError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("a runtime that is not there is named, with what to do") {
  const Footprint before;
  CHECK_THROWS_AS(face::Codex({.codex_bin = "/no/such/codex"}), codex::RuntimeNotFoundError);
  const std::string error = start_error({.codex_bin = "/no/such/codex"});
  CHECK(contains(error, "/no/such/codex"));
  CHECK(contains(error, "codex_bin"));
  CHECK(before.is_restored());
}

TEST_CASE("the pinned runtime that was not installed is an error that names the command" *
          face::once) {
  const fs::path empty = fs::temp_directory_path() / ("no-runtime-" + std::to_string(getpid()));
  fs::create_directories(empty);
  const char* kept = std::getenv("CODEX_SDK_RUNTIME_DIR");
  const std::string old = kept ? kept : "";
  setenv("CODEX_SDK_RUNTIME_DIR", empty.c_str(), 1);
  const std::string error = start_error({});
  if (kept) {
    setenv("CODEX_SDK_RUNTIME_DIR", old.c_str(), 1);
  } else {
    unsetenv("CODEX_SDK_RUNTIME_DIR");
  }
  fs::remove_all(empty);
  CHECK(contains(error, "tools/fetch_runtime"));
}

TEST_CASE("programs that are no runtime are told apart from it") {
  const Footprint before;
  CHECK(contains(start_error({.launch_args_override = {"/bin/sh", "-c", "echo sorry >&2; exit 3"}}),
                 "sorry"));
  CHECK(contains(start_error({.launch_args_override = {"/bin/echo", "hello"}}), "hello"));
  CHECK(contains(start_error({.launch_args_override = {"/bin/cat"}, .startup_timeout = 20s}),
                 "initialize"));
  CHECK(contains(start_error(answering("{\"userAgent\":\"something else\"}")),
                 "no codex app-server"));
  CHECK_THROWS_AS(face::Codex({.launch_args_override = {"/bin/sleep", "60"},
                               .startup_timeout = 300ms,
                               .shutdown_timeout = 300ms}),
                  codex::TimeoutError);
  CHECK(before.is_restored());
}

TEST_CASE("a start that fails throws, and on_connection is not called") {
  std::atomic<bool> is_told = false;
  codex::CodexConfig config;
  config.launch_args_override = {"/bin/sh", "-c", "exit 3"};
  config.on_connection = [&](const codex::ConnectionChange&) { is_told = true; };
  const auto start = [&] {
    face::Codex codex(config);
    (void)codex.metadata();
  };
  CHECK_THROWS_AS(start(), codex::TransportClosedError);
  CHECK_FALSE(is_told);
}

TEST_CASE("a start that takes too long says what the program wrote instead, secrets masked") {
  const Footprint before;
  std::string error;
  // On a slow machine it needs longer to say it.
  const auto is_whole = [&] { return contains(error, "stderr") && contains(error, "half line"); };
  for (auto time = 100ms; !is_whole() && time < 20s; time *= 2) {
    error = start_error(
        {.launch_args_override =
             {"/bin/sh", "-c",
              R"(echo 'Accept? apiKey="hush"'; printf 'a half line'; echo 'token="hush"' >&2;)"
              " while read -r request; do :; done"},
         .startup_timeout = time});
  }
  CAPTURE(error);
  CHECK(contains(error, "initialize timed out"));
  CHECK(contains(error, "startup_timeout"));
  CHECK(contains(error, "\nstdout has no message, but ends with: a half line\n"));
  CHECK(contains(error, "\nstderr ends with: token=\"***\""));
  CHECK_FALSE(contains(error, "Accept?"));
  CHECK_FALSE(contains(error, "hush"));
  CHECK(before.is_restored());
}

TEST_CASE("a runtime behind a wrapper that greets first") {
  MockModel mock;
  mock.reply("hi");
  auto config = mock.config();
  config.launch_args_override = {
      "/bin/sh", "-c",
      R"(printf 'Welcome to the {dev} shell\n\n\033[?2004h'; exec "$0" app-server --listen stdio://)",
      codex::testing::runtime_bin()};
  face::Codex codex(std::move(config));
  CHECK(codex.thread_start().run("hello").final_response == "hi");
}

TEST_CASE("a runtime behind a script that reads its stdin by name") {
  MockModel mock;
  mock.reply("hi");
  auto config = mock.config();
  config.launch_args_override = {"/bin/sh", "-c",
                                 R"(exec "$0" app-server --listen stdio:// < /dev/stdin)",
                                 codex::testing::runtime_bin()};
  face::Codex codex(std::move(config));
  CHECK(codex.thread_start().run("hello").final_response == "hi");
}

TEST_CASE("a CODEX_HOME that is missing is made, and one that cannot be is one line") {
  MockModel mock;
  auto config = mock.config();
  const fs::path home = mock.workspace() / "new" / "home";
  config.env["CODEX_HOME"] = home.string();
  {
    face::Codex codex(config);
    CHECK(codex.metadata().codex_home == fs::canonical(home).string());
    CHECK((fs::status(home).permissions() & fs::perms::all) == fs::perms::owner_all);
  }
  std::ofstream(mock.workspace() / "file") << "x";
  config.env["CODEX_HOME"] = (mock.workspace() / "file").string();
  const std::string error = start_error(config);
  CHECK(contains(error, "CODEX_HOME"));
  CHECK_FALSE(contains(error, "\n"));
}

TEST_CASE("a runtime starts though the environment is empty or says who else it works for") {
  MockModel mock;
  mock.reply("hi");
  const auto plain = face::Codex(mock.config()).metadata().runtime_version;
  auto config = mock.config();
  config.env["CODEX_INTERNAL_ORIGINATOR_OVERRIDE"] = "acme/desktop/1.0.0";
  CHECK(face::Codex(config).metadata().runtime_version == plain);
  config = mock.config();
  config.unset_env = {"HOME", "PATH", "USER", "SHELL", "LANG"};
  face::Codex codex(std::move(config));
  CHECK(codex.metadata().runtime_version == plain);
  CHECK(codex.thread_start().run("hello").final_response == "hi");
}

TEST_CASE("a variable that is taken away does not reach the program that is started") {
  const codex::testing::Variable secret("CODEX_TEST_SECRET", "from above");
  const auto said = [](std::vector<std::string> unset) {
    return start_error(
        {.launch_args_override = {"/bin/sh", "-c", "echo ${CODEX_TEST_SECRET-nothing} >&2; exit 1"},
         .unset_env = std::move(unset)});
  };
  CHECK(contains(said({}), "from above"));
  CHECK(contains(said({"CODEX_TEST_SECRET"}), "nothing"));
}

TEST_CASE("a runtime that is too old says which ones work" * face::once) {
  const std::string error = start_error(answering(
      "{\"userAgent\":\"codex_cpp_sdk/0.50.0 (Debian 12; x86_64)\",\"codexHome\":\"/home\"}"));
  CHECK(contains(error, "0.50.0 is too old"));
  CHECK(contains(error, "0.131.0"));
  CHECK(contains(error, std::string(codex::protocol::runtime_version)));
}

TEST_CASE("a runtime killed in the middle of a turn ends the wait at once and leaves nothing") {
  MockModel mock;
  Gate gate;
  mock.reply(Reply{}.delta("never").wait_for(gate));
  const Footprint before;
  std::promise<codex::ConnectionChange> change;
  {
    auto config = mock.config();
    config.on_connection = [&](const codex::ConnectionChange& told) { change.set_value(told); };
    const auto script = mock.codex_home() / "wrapped";
    std::ofstream(script) << "#!/bin/sh\necho 'last words' >&2\nexec \"$@\"\n";
    chmod(script.c_str(), 0755);
    config.launch_args_override = {script.string(), codex::testing::runtime_bin(), "app-server",
                                   "--listen", "stdio://"};
    face::Codex codex(std::move(config));
    auto turn = codex.thread_start().turn("hello");
    REQUIRE(gate.wait_reached(60s));
    std::set<int> started = codex::testing::children_of(getpid());
    for (const int old : before.processes) started.erase(old);
    REQUIRE(started.size() == 1);
    CHECK(codex.is_open());
    CHECK(codex.process_id() == *started.begin());
    const auto killed_at = std::chrono::steady_clock::now();
    std::jthread killer([pid = *started.begin()] { kill(pid, SIGKILL); });
    try {
      (void)turn.run();
      FAIL("the turn outlived its runtime");
    } catch (const codex::TransportClosedError& error) {
      CHECK(std::chrono::steady_clock::now() - killed_at < codex::testing::at_once);
      CHECK(contains(error.stderr_tail(), "last words"));
      CHECK_FALSE(contains(error.what(), "last words"));
      CHECK(error.exit_status().signal == SIGKILL);
    }
    CHECK_THROWS_AS((void)codex.thread_start(), codex::TransportClosedError);
    CHECK_FALSE(codex.is_open());
    auto told = change.get_future();
    REQUIRE(told.wait_until(codex::testing::soon()) == std::future_status::ready);
    const auto gone = told.get();
    CHECK(gone.state == codex::ConnectionState::gone);
    CHECK(contains(gone.reason, "ended by signal 9"));
  }
  CHECK(before.is_restored());
}

TEST_CASE("close ends the runtime with everything that belonged to it") {
  const Footprint before;
  {
    MockModel mock;
    mock.reply("hi");
    auto config = mock.config();
    std::atomic<bool> is_told = false;
    config.on_connection = [&](const codex::ConnectionChange&) { is_told = true; };
    face::Codex codex(std::move(config));
    auto thread = codex.thread_start();
    (void)thread.run("hello");
    codex.close();
    codex.close();
    CHECK_FALSE(codex.is_open());
    CHECK_FALSE(is_told);  // the app itself did it
    CHECK_THROWS_AS((void)thread.run("again"), codex::TransportClosedError);
    CHECK_THROWS_AS((void)codex.request("thread/list"), codex::TransportClosedError);
  }
  CHECK(before.is_restored());
}

TEST_CASE("a client that goes away in the middle of a turn leaves nothing") {
  const Footprint before;
  {
    MockModel mock;
    Gate gate;
    mock.reply(Reply{}.delta("never").wait_for(gate));
    face::Codex codex(mock.config());
    auto turn = codex.thread_start().turn("hello");
    REQUIRE(gate.wait_reached(60s));
    face::Codex moved = std::move(codex);
  }
  CHECK(before.is_restored());
}
