// The real runtime ends with its owner, and so does what it runs.

#include <windows.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tlhelp32.h>

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
using codex::detail::path_from_utf8;
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

/// The process of this program, if there is one.
std::optional<std::int64_t> process_of(std::wstring_view name) {
  const codex::detail::Handle all(::CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0));
  PROCESSENTRY32W entry{};
  entry.dwSize = sizeof entry;
  for (BOOL is_one = ::Process32FirstW(all.get(), &entry); is_one != 0;
       is_one = ::Process32NextW(all.get(), &entry)) {
    if (name == entry.szExeFile) return entry.th32ProcessID;
  }
  return std::nullopt;
}

/// A puppet whose name no other test's has: those run beside this one.
const std::string& agents_puppet() {
  static const std::string copy = [] {
    auto path = program("agents_puppet.exe");
    std::filesystem::copy_file(path_from_utf8(program("windows_puppet.exe")), path_from_utf8(path),
                               std::filesystem::copy_options::overwrite_existing);
    return path;
  }();
  return copy;
}

/// What the agent runs, in time: it is no child of the runtime's, but one of a shell's.
std::int64_t puppet_in_time() {
  std::optional<std::int64_t> puppet;
  const auto deadline = soon();
  while (!(puppet = process_of(L"agents_puppet.exe")) && Clock::now() < deadline) ::Sleep(10);
  REQUIRE(puppet);
  return *puppet;
}

/// A program with an agent whose command runs. The runtime would escape quotes for cmd.exe.
struct Agent {
  std::unique_ptr<ByteStream> process =
      start_process({.argv = {program("windows_agent.exe"), agents_puppet() + " sleep"},
                     .shutdown_timeout = 50ms});
  std::int64_t runtime_id = std::stoll(read_line(*process));
  ProcessWatch runtime{runtime_id};
  ProcessWatch command{puppet_in_time()};

  Agent() { REQUIRE_FALSE(command.ends_by(Clock::now() + 100ms)); }
};

}  // namespace

TEST_CASE_FIXTURE(Agent,
                  "a program that is killed takes its runtime and the agent's commands along") {
  const codex::detail::Handle host(
      ::OpenProcess(PROCESS_TERMINATE, FALSE, static_cast<DWORD>(*process->process_id())));
  REQUIRE(::TerminateProcess(host.get(), 9) != 0);
  CHECK(runtime.ends_by(soon()));
  CHECK(command.ends_by(soon()));
}

TEST_CASE_FIXTURE(Agent, "a runtime that dies leaves no command to its host") {
  const codex::detail::Handle killed(
      ::OpenProcess(PROCESS_TERMINATE, FALSE, static_cast<DWORD>(runtime_id)));
  REQUIRE(::TerminateProcess(killed.get(), 9) != 0);
  CHECK(command.ends_by(soon()));
}

}  // namespace codex::testing
