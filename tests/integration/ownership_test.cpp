// What an app starts through the SDK never outlives the app, and leaks nothing into the app's own
// children.

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <spawn.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <doctest/doctest.h>

#include <codex/codex.hpp>
#include <codex/testing.hpp>

#include "support/messages.hpp"
#include "support/processes.hpp"

using codex::testing::MockModel;
using codex::testing::ProcessWatch;
using codex::testing::Reply;
using codex::testing::soon;
using namespace std::chrono_literals;

namespace {

constexpr const char* host_variable = "CODEX_TEST_HOST";
constexpr const char* host_case = "(host) a program with a runtime that runs a command";

/// Starts this very program as a host: it runs the test case `host_case` with that configuration.
pid_t start_host(const codex::CodexConfig& config) {
  const codex::Json text = {{"env", config.env}, {"cwd", config.cwd.value()}};
  ::setenv(host_variable, text.dump().c_str(), 1);
  std::string arguments[] = {"/proc/self/exe", "--no-skip", std::string("-tc=") + host_case};
  char* argv[] = {arguments[0].data(), arguments[1].data(), arguments[2].data(), nullptr};
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid, argv[0], &actions, nullptr, argv, environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::unsetenv(host_variable);
  REQUIRE(error == 0);
  return pid;
}

/// The number in a file, once it is there; 0 when that takes too long.
int number_in(const std::filesystem::path& file) {
  const auto deadline = soon();
  while (codex::detail::Clock::now() < deadline) {
    int number = 0;
    if (std::ifstream(file) >> number) return number;
    std::this_thread::yield();
  }
  return 0;
}

/// How many descriptors a program gets that this one starts.
int inherited_descriptors() {
  std::FILE* output = ::popen("ls /proc/self/fd | wc -l", "r");
  REQUIRE(output);
  int count = 0;
  CHECK(std::fscanf(output, "%d", &count) == 1);
  ::pclose(output);
  return count;
}

}  // namespace

TEST_CASE("(host) a program with a runtime that runs a command" * doctest::skip()) {
  const char* text = std::getenv(host_variable);
  if (!text) return;
  const auto json = codex::Json::parse(text);
  codex::CodexConfig config;
  config.env = json.at("env").get<std::map<std::string, std::string>>();
  config.cwd = json.at("cwd");
  codex::Codex codex(std::move(config));
  (void)codex.thread_start({.sandbox = codex::Sandbox::full_access}).run("run it");
}

TEST_CASE("an app that is killed leaves neither its runtime nor what that had started") {
  MockModel mock({.sandbox_mode = "danger-full-access"});
  const auto file = mock.workspace() / "pid";
  mock.reply(Reply{}.shell("echo $$ > tmp; mv tmp '" + file.string() + "'; exec sleep 1000",
                           {.yield_time = 100s}));
  const pid_t host = start_host(mock.config());
  const pid_t command = number_in(file);
  REQUIRE(command > 0);
  const auto runtimes = codex::testing::children_of(host);
  REQUIRE(runtimes.size() == 1);
  const ProcessWatch command_watch(command);
  const ProcessWatch runtime_watch(*runtimes.begin());
  ::kill(host, SIGKILL);
  CHECK(runtime_watch.ends_by(soon()));
  CHECK(command_watch.ends_by(soon()));
  ::waitpid(host, nullptr, 0);
}

TEST_CASE("programs that an app starts inherit nothing from the SDK") {
  MockModel mock;
  const int before = inherited_descriptors();
  codex::Codex codex(mock.config());
  (void)codex.thread_start();
  CHECK(inherited_descriptors() == before);
}

TEST_CASE("closing ends the commands of a turn that runs") {
  MockModel mock({.sandbox_mode = "danger-full-access"});
  const auto file = mock.workspace() / "pid";
  mock.reply(Reply{}.shell("echo $$ > tmp; mv tmp '" + file.string() + "'; exec sleep 1000",
                           {.yield_time = 100s}));
  codex::Codex codex(mock.config());
  auto turn = codex.thread_start({.sandbox = codex::Sandbox::full_access}).turn("run it");
  const pid_t command = number_in(file);
  REQUIRE(command > 0);
  const ProcessWatch watch(command);
  codex.close();
  CHECK(watch.ends_by(soon()));
  CHECK_THROWS_AS((void)turn.run(), codex::TransportClosedError);
}
