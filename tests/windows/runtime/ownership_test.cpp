// The real runtime ends with its owner, and so does what it runs.

#include <windows.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "os/handle_windows.hpp"
#include "os/utf8_path.hpp"
#include "support/messages.hpp"
#include "support/processes.hpp"
#include "transport/process.hpp"

namespace codex::testing {
namespace {

using codex::detail::ByteStream;
using codex::detail::Clock;
using codex::detail::start_process;
using codex::detail::utf8_from_path;
using namespace std::chrono_literals;

/// The folder of this program has it, too.
std::string program(const char* name) {
  std::wstring path(32768, L'\0');
  path.resize(::GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size())));
  return utf8_from_path(std::filesystem::path(path).parent_path() / name);
}

std::string read_line(ByteStream& process) {
  std::string line;
  const auto deadline = Clock::now() + 60s;
  while (!line.ends_with('\n')) {
    const auto received = process.wait(deadline);
    line.append(received.bytes);
    CAPTURE(line);
    REQUIRE_FALSE(received.ended);
    REQUIRE(Clock::now() < deadline);
  }
  return line.substr(0, line.find_first_of("\r\n"));
}

/// All that this process has started, in time: a command, and its console.
std::vector<ProcessWatch> children_in_time(std::int64_t parent) {
  std::set<int> children;
  const auto deadline = soon();
  while ((children = children_of(parent)).empty() && Clock::now() < deadline) ::Sleep(10);
  REQUIRE_FALSE(children.empty());
  std::vector<ProcessWatch> watched;
  for (const int child : children) watched.emplace_back(child);
  return watched;
}

/// A program with an agent whose command runs.
struct Agent {
  std::unique_ptr<ByteStream> process = start_process(
      {.argv = {program("windows_agent.exe"), "\"" + program("windows_puppet.exe") + "\" sleep"},
       .shutdown_timeout = 50ms});
  std::int64_t runtime_id = std::stoll(read_line(*process));
  ProcessWatch runtime{runtime_id};
  std::vector<ProcessWatch> commands = children_in_time(runtime_id);

  Agent() {
    for (const ProcessWatch& command : commands) {
      REQUIRE_FALSE(command.ends_by(Clock::now() + 100ms));
    }
  }

  [[nodiscard]] bool commands_end() const {
    return std::ranges::all_of(commands,
                               [](const auto& command) { return command.ends_by(soon()); });
  }
};

}  // namespace

TEST_CASE_FIXTURE(Agent,
                  "a program that is killed takes its runtime and the agent's commands along") {
  const codex::detail::Handle host(
      ::OpenProcess(PROCESS_TERMINATE, FALSE, static_cast<DWORD>(*process->process_id())));
  REQUIRE(::TerminateProcess(host.get(), 9) != 0);
  CHECK(runtime.ends_by(soon()));
  CHECK(commands_end());
}

TEST_CASE_FIXTURE(Agent, "a runtime that dies leaves no command to its host") {
  const codex::detail::Handle killed(
      ::OpenProcess(PROCESS_TERMINATE, FALSE, static_cast<DWORD>(runtime_id)));
  REQUIRE(::TerminateProcess(killed.get(), 9) != 0);
  CHECK(commands_end());
}

}  // namespace codex::testing
