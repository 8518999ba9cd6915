// The same as tests/unit/process_test.cpp, where the idea exists on Windows. The child is
// puppet.cpp.

#include "transport/process.hpp"

#include <windows.h>

#include <array>
#include <chrono>
#include <shellapi.h>
#include <thread>

#include <doctest/doctest.h>

#include "os/handle_windows.hpp"
#include "os/utf8_path.hpp"
#include "os/wide_windows.hpp"
#include "support/files.hpp"
#include "support/messages.hpp"
#include "support/processes.hpp"
#include "support/variable.hpp"
#include "testing/temp_dir.hpp"
#include "transport/command_line_windows.hpp"

namespace codex::detail {
namespace {

using namespace std::chrono_literals;
using testing::contains;
using testing::message_of;
using testing::ProcessWatch;
using testing::soon;

namespace fs = std::filesystem;

/// The folder of this program has it, too.
std::string puppet() {
  std::wstring path(32768, L'\0');
  path.resize(::GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size())));
  return utf8_from_path(fs::path(path).parent_path() / "windows_puppet.exe");
}

ProcessOptions acting(std::vector<std::string> arguments,
                      std::chrono::milliseconds shutdown_timeout = 5s) {
  arguments.insert(arguments.begin(), puppet());
  return {.argv = std::move(arguments), .shutdown_timeout = shutdown_timeout};
}

/// Waits until the output has `size` bytes, or ends.
std::string read(ByteStream& process, std::size_t size = std::string::npos) {
  std::string output;
  while (output.size() < size) {
    const Received received = process.wait(soon());
    output.append(received.bytes);
    if (received.ended) break;
    if (received.bytes.empty() && Clock::now() > soon() - 1s) break;
  }
  return output;
}

std::string read_line(ByteStream& process) {
  std::string line;
  while (!line.ends_with('\n')) {
    const Received received = process.wait(soon());
    line.append(received.bytes);
    REQUIRE_FALSE(received.ended);
  }
  line.pop_back();
  return line;
}

std::string output_of(const ProcessOptions& options) { return read(*start_process(options)); }

void kill(std::int64_t process) {
  const Handle opened(::OpenProcess(PROCESS_TERMINATE, FALSE, static_cast<DWORD>(process)));
  REQUIRE(::TerminateProcess(opened.get(), 9) != 0);
}

}  // namespace

TEST_CASE("bytes go to the child and come back") {
  const auto process = start_process(acting({"cat"}));
  process->send("hello\n");
  process->send("again\n");
  CHECK(read(*process, 12) == "hello\nagain\n");
}

TEST_CASE("a flood in both directions blocks nobody") {
  const auto process = start_process(acting({"cat"}));
  const std::string chunk(1 << 20, 'x');
  for (int i = 0; i < 16; ++i) process->send(chunk);
  process->send("end");
  const std::string back = read(*process, 16 * chunk.size() + 3);
  CHECK(back.size() == 16 * chunk.size() + 3);
  CHECK(back.ends_with("xend"));
}

TEST_CASE("several threads may send, and each message stays in one piece, though they end") {
  const auto process = start_process(acting({"cat"}));
  constexpr int count = 200;
  const auto send_many = [&](char c) {
    for (int i = 0; i < count; ++i) process->send(std::string(5000, c) + "\n");
  };
  std::thread a(send_many, 'a');
  std::thread b(send_many, 'b');
  a.join();
  b.join();
  const std::string back = read(*process, std::size_t{2} * count * 5001);
  int whole = 0;
  for (std::size_t at = 0; at < back.size(); at += 5001) {
    if (back.substr(at, 5001) == std::string(5000, back[at]) + "\n") ++whole;
  }
  CHECK(whole == 2 * count);
}

TEST_CASE("the exit status") {
  for (const int code : {0, 3}) {
    const auto process = start_process(acting({"exit", std::to_string(code)}));
    read(*process);
    CHECK(process->await_exit(soon()) == ExitStatus{.code = code});
  }
}

TEST_CASE("all output of a child that has ended is read, stderr too") {
  const auto out = start_process(acting({"flood", "600000", "1"}));
  CHECK(read(*out).size() == 600000);
  CHECK(out->await_exit(soon()) == ExitStatus{.code = 1});
  const auto err = start_process(acting({"complain", "60"}));
  CHECK(read(*err).empty());
  (void)err->await_exit(soon());
  CHECK(err->stderr_tail() == std::string(60, 'x'));
}

TEST_CASE("much on stderr does not stop the child") {
  const auto process = start_process(acting({"complain", "3000000", "5"}));
  CHECK(read(*process).empty());
  CHECK(process->await_exit(soon()) == ExitStatus{.code = 5});
}

TEST_CASE("wake and the deadline end a wait") {
  const auto process = start_process(acting({"cat"}));
  std::thread waker([&] { process->wake(); });
  CHECK(process->wait(TimePoint::max()).bytes.empty());
  waker.join();
  CHECK_FALSE(process->wait(Clock::now() + 5ms).ended);
}

// Wine's console keeps the streams of a child open.
TEST_CASE("a child that closes its stdout has ended the conversation, and is ended" *
          doctest::skip(testing::has_wines_console())) {
  const auto process = start_process(acting({"mute"}, 50ms));
  const ProcessWatch watch(*process->process_id());
  CHECK(read(*process).empty());
  CHECK(process->await_exit(Clock::now() + 5ms) == ExitStatus{});
  process->close();
  CHECK(watch.ends_by(Clock::now()));
}

TEST_CASE("a child that closes its stdin has ended the conversation" *
          doctest::skip(testing::has_wines_console())) {
  const auto process = start_process(acting({"deaf"}, 50ms));
  CHECK(read_line(*process) == "ready");
  process->send("x");
  CHECK(read(*process).empty());
  CHECK(process->is_deaf());
  CHECK_NOTHROW(process->send("y"));
}

TEST_CASE("a child that does not read makes send fail, not block") {
  ProcessOptions options = acting({"sleep"}, 50ms);
  options.max_outgoing_bytes = 1 << 20;
  const auto process = start_process(options);
  const std::string chunk(1 << 18, 'x');
  const std::string what = message_of<CodexError>([&] {
    for (int i = 0; i < 100; ++i) process->send(chunk);
  });
  CHECK(contains(what, "does not read"));
}

TEST_CASE("closing: the end of stdin is enough for a polite child, which reads what was sent") {
  const auto process = start_process(acting({"cat"}, 20s));
  process->send("the last words");
  process->close();
  CHECK(process->await_exit(Clock::now()) == ExitStatus{.code = 0});
  process->close();
  CHECK(process->wait(soon()).ended);
}

TEST_CASE("closing: a deaf child is killed in time, with all its kin") {
  const auto process = start_process(acting({"parent"}, 100ms));
  const ProcessWatch grandchild(std::stoi(read_line(*process)));
  const auto begin = Clock::now();
  process->close();
  CHECK(Clock::now() - begin < testing::at_once);
  CHECK(process->await_exit(Clock::now()) == ExitStatus{.code = 1});
  CHECK(grandchild.ends_by(soon()));
}

TEST_CASE("a child that ends by itself ends the conversation, though others hold its stdout") {
  const auto process = start_process(acting({"parent", "4"}));
  const auto begin = Clock::now();
  const ProcessWatch left_behind(std::stoi(read(*process)));
  CHECK(Clock::now() - begin < testing::at_once);
  CHECK(process->await_exit(soon()) == ExitStatus{.code = 4});
  process->close();
  CHECK(left_behind.ends_by(soon()));
}

TEST_CASE("a server ends at once, and one that is detached goes on when it is left") {
  ProcessOptions server = acting({"sleep"}, 20s);
  server.reads_stdin = false;
  const auto begin = Clock::now();
  start_process(server)->close();
  CHECK(Clock::now() - begin < testing::at_once);

  const testing::detail::TempDir folder("codex-test-");
  server.detached_log = utf8_from_path(folder.path() / "log");
  auto process = start_process(server);
  const std::int64_t pid = *process->process_id();
  const ProcessWatch watch(pid);
  process->leave();
  process.reset();
  CHECK_FALSE(watch.ends_by(Clock::now() + 100ms));
  kill(pid);
  CHECK(watch.ends_by(soon()));
}

TEST_CASE("a server that is detached appends to its log, and is ended by close") {
  const testing::detail::TempDir folder("codex-test-");
  const fs::path log = testing::write_file(folder.path() / "log", "before ");
  ProcessOptions options = acting({"flood", "4"});
  options.reads_stdin = false;
  options.detached_log = utf8_from_path(log);
  const auto process = start_process(options);
  CHECK(process->await_exit(soon()) == ExitStatus{.code = 0});
  CHECK(testing::content_of(log) == "before xxxx");
}

// wine does not say what a job does with what is in it.
TEST_CASE("what is to outlive a job that nothing may leave is not started" *
          doctest::skip(testing::has_wines_console())) {
  const testing::detail::TempDir folder("codex-test-");
  const std::string log = utf8_from_path(folder.path() / "log");
  CHECK(contains(output_of(acting({"detach", log})), "JOB_OBJECT_LIMIT_BREAKAWAY_OK"));
}

TEST_CASE("arguments arrive as they are") {
  const std::vector<std::string> arguments = {
      "plain",        "",       "two words", "tab\there",          "a\"quote",
      "\"",           "\\",     "C:\\dir\\", "C:\\a b\\",          "back\\\\\"mix",
      "\\\\\\\" end", "%PATH%", "a^b&c",     "gr\xc3\xbc\xc3\x9f", "\xf0\x9f\x98\x80 smile",
      "it's"};
  std::vector<std::string> act = {"say"};
  act.insert(act.end(), arguments.begin(), arguments.end());
  std::string expected;
  for (const auto& argument : arguments) expected += argument + "\n";
  CHECK(output_of(acting(act)) == expected);

  act.insert(act.begin(), "C:\\Program Files\\it.exe");
  int count = 0;
  wchar_t** const words = ::CommandLineToArgvW(command_line(act).c_str(), &count);
  REQUIRE(words != nullptr);
  std::vector<std::string> back;
  for (int i = 0; i < count; ++i) back.push_back(narrow(words[i]));
  ::LocalFree(words);
  CHECK(back == act);
}

TEST_CASE(
    "the environment is merged over ours, whatever the case, the directory is the given one") {
  const testing::detail::TempDir folder("codex-test-");
  const fs::path cwd = folder.path() / path_from_utf8("gr\xc3\xbc\xc3\x9f \xe2\x98\x83");
  fs::create_directory(cwd);
  const testing::Variable inherited("CODEX_TEST_INHERITED", "ours");
  const testing::Variable replaced("CODEX_TEST_REPLACED", "ours");
  ProcessOptions options = acting({"variables", "CODEX_TEST_INHERITED", "CODEX_TEST_REPLACED",
                                   "CODEX_TEST_NEW", "CODEX_TEST_EMPTY"});
  options.env = {{"Codex_Test_Replaced", "theirs"},
                 {"CODEX_TEST_NEW", "n\xc3\xa9w"},
                 {"CODEX_TEST_EMPTY", ""}};
  CHECK(output_of(options) == "ours\ntheirs\nn\xc3\xa9w\n\n");
  options = acting({"folder"});
  options.cwd = utf8_from_path(cwd);
  CHECK(output_of(options) == utf8_from_path(fs::path(cwd).make_preferred()) + "\n");
}

TEST_CASE("variables of ours that the child does not inherit") {
  const testing::Variable kept("CODEX_TEST_KEPT", "kept");
  const testing::Variable secret("CODEX_TEST_SECRET", "hush");
  const testing::Variable longer("CODEX_TEST_SECRET_TOO", "too");
  ProcessOptions options =
      acting({"variables", "CODEX_TEST_KEPT", "CODEX_TEST_SECRET", "CODEX_TEST_SECRET_TOO"});
  options.unset_env = {"codex_test_secret", "CODEX_TEST_NOT_THERE"};
  CHECK(output_of(options) == "kept\n(none)\ntoo\n");
}

TEST_CASE("a bare program name is looked up in the child's PATH, with and without .exe") {
  const testing::detail::TempDir folder("codex-test-");
  const fs::path there = folder.path() / "two words";
  fs::create_directories(there / "folder.exe");
  fs::copy_file(path_from_utf8(puppet()), there / "only-here.exe");
  for (const char* name : {"only-here", "only-here.exe", "ONLY-HERE"}) {
    CHECK(output_of({.argv = {name, "say", "found it"},
                     .env = {{"PATH", ";" + utf8_from_path(there)}}}) == "found it\n");
  }
  CHECK(contains(
      message_of<RuntimeNotFoundError>([&] {
        (void)start_process({.argv = {"folder"}, .env = {{"PATH", utf8_from_path(there)}}});
      }),
      "no program folder in PATH"));
}

TEST_CASE("what cannot be started says why") {
  const testing::detail::TempDir folder("codex-test-");
  const auto problem = [&](const std::string& name) {
    return message_of<RuntimeNotFoundError>([&] {
      (void)start_process({.argv = {utf8_from_path(folder.path() / path_from_utf8(name))}});
    });
  };
  testing::write_file(folder.path() / "garbage.exe", "no program\n");
  testing::write_file(folder.path() / "script.cmd", "@echo off\r\n");

  CHECK(contains(problem("missing"), "not found at "));
  CHECK(contains(problem("garbage.exe"), "no program for this machine"));
  CHECK(contains(problem("script.cmd"), "a script of cmd.exe"));
  CHECK_THROWS_AS((void)start_process({.argv = {}}), RuntimeNotFoundError);
  CHECK_THROWS_AS((void)start_process(acting({"say", std::string(40'000, 'x')})), CodexError);

  ProcessOptions elsewhere = acting({"cat"});
  elsewhere.cwd = "C:\\no\\such\\folder";
  const std::string what = message_of<CodexError>([&] { (void)start_process(elsewhere); });
  CHECK(contains(what, "C:\\no\\such\\folder"));
  CHECK(contains(what, "CodexConfig.cwd"));
}

TEST_CASE("the child inherits no handle but its streams") {
  SECURITY_ATTRIBUTES inheritable{
      .nLength = sizeof inheritable, .lpSecurityDescriptor = nullptr, .bInheritHandle = TRUE};
  const Handle open(::CreateEventW(&inheritable, TRUE, FALSE, nullptr));
  // Of small numbers the child has its own.
  std::vector<Handle> more;
  while (more.empty() || reinterpret_cast<std::uintptr_t>(more.back().get()) < 4000) {
    more.emplace_back(::CreateEventW(&inheritable, TRUE, FALSE, nullptr));
  }
  const auto number = reinterpret_cast<std::uintptr_t>(more.back().get());
  CHECK(output_of(acting({"is-open", std::to_string(number)})) == "closed\n");
}

TEST_CASE("no handles are left, also after failures") {
  (void)output_of(acting({"say", "x"}));  // what the system makes once
  const auto before = testing::open_descriptors();
  for (int i = 0; i < 10; ++i) {
    CHECK(output_of(acting({"say", "x"})) == "x\n");
    const auto closed = start_process(acting({"cat"}));
    closed->close();
    CHECK_THROWS_AS((void)start_process({.argv = {"C:\\no\\such\\program.exe"}}),
                    RuntimeNotFoundError);
  }
  CHECK(testing::open_descriptors() == before);
}

TEST_CASE("Ctrl-C in the console of a host does not reach its child") {
  CHECK(output_of(acting({"interrupted-host"}, 20s)) == "goes on\n");
}

TEST_CASE("a host program that is killed takes the child along") {
  const auto host = start_process(acting({"host"}));
  const ProcessWatch child(std::stoi(read_line(*host)));
  CHECK_FALSE(child.ends_by(Clock::now() + 100ms));
  kill(*host->process_id());
  CHECK(child.ends_by(soon()));
}

}  // namespace codex::detail
