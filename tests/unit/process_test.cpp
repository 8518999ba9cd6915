#include "transport/process.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <doctest/doctest.h>

#include "os/descriptor.hpp"
#include "os/platform.hpp"
#include "support/files.hpp"
#include "support/in_child.hpp"
#include "support/messages.hpp"
#include "support/processes.hpp"
#include "support/variable.hpp"
#include "testing/temp_dir.hpp"
#include "wire/log_file.hpp"

namespace codex::detail {
namespace {

using namespace std::chrono_literals;
using testing::contains;
using testing::has_no_children;
using testing::message_of;
using testing::ProcessWatch;
using testing::soon;

ProcessOptions shell(const std::string& script, std::chrono::milliseconds shutdown_timeout = 5s) {
  return {.argv = {"/bin/sh", "-c", script}, .shutdown_timeout = shutdown_timeout};
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

ExitStatus status_of(const std::string& script) {
  const auto process = start_process(shell(script));
  read(*process);
  return process->await_exit(soon());
}

pid_t pid_of(const ByteStream& process) { return static_cast<pid_t>(*process.process_id()); }

}  // namespace

TEST_CASE("bytes go to the child and come back") {
  const auto process = start_process({.argv = {"/bin/cat"}});
  process->send("hello\n");
  process->send("again\n");
  CHECK(read(*process, 12) == "hello\nagain\n");
}

TEST_CASE("a flood in both directions blocks nobody") {
  const auto process = start_process({.argv = {"/bin/cat"}});
  const std::string chunk(1 << 20, 'x');
  for (int i = 0; i < 16; ++i) process->send(chunk);
  process->send("end");
  const std::string back = read(*process, 16 * chunk.size() + 3);
  CHECK(back.size() == 16 * chunk.size() + 3);
  CHECK(back.ends_with("xend"));
}

TEST_CASE("several threads may send, and each message stays in one piece") {
  const auto process = start_process({.argv = {"/bin/cat"}});
  constexpr int count = 200;
  const auto send_many = [&](char c) {
    for (int i = 0; i < count; ++i) process->send(std::string(5000, c) + "\n");
  };
  std::thread a(send_many, 'a');
  std::thread b(send_many, 'b');
  const std::string back = read(*process, std::size_t{2} * count * 5001);
  a.join();
  b.join();
  int whole = 0;
  for (std::size_t at = 0; at < back.size(); at += 5001) {
    if (back.substr(at, 5001) == std::string(5000, back[at]) + "\n") ++whole;
  }
  CHECK(whole == 2 * count);
}

TEST_CASE("the exit status, also of a child that a signal ended") {
  CHECK(status_of("exit 0") == ExitStatus{.code = 0});
  CHECK(status_of("exit 3") == ExitStatus{.code = 3});
  CHECK(status_of("kill -9 $$") == ExitStatus{.signal = 9});
}

TEST_CASE("all output of a child that has ended is read, stderr too") {
  const auto process = start_process(
      shell(R"(head -c 60000 /dev/zero | tr '\0' x; echo 'apiKey="hush" failed' >&2; exit 1)"));
  CHECK(read(*process).size() == 60000);
  (void)process->await_exit(soon());
  CHECK(process->stderr_tail() == "apiKey=\"***\" failed");
}

TEST_CASE("much on stderr does not stop the child") {
  const auto process = start_process(
      shell("head -c 3000000 /dev/zero | tr '\\0' e >&2; echo; echo last >&2; echo done"));
  CHECK(contains(read(*process), "done"));
}

TEST_CASE("wake and the deadline end a wait") {
  const auto process = start_process({.argv = {"/bin/cat"}});
  std::thread waker([&] { process->wake(); });
  CHECK(process->wait(TimePoint::max()).bytes.empty());
  waker.join();
  CHECK_FALSE(process->wait(Clock::now() + 5ms).ended);
}

TEST_CASE("a child that closes its stdout has ended the conversation, and is ended") {
  const auto process = start_process(shell("exec >&-; exec sleep 1000", 50ms));
  const ProcessWatch watch(pid_of(*process));
  CHECK(read(*process).empty());
  CHECK(process->await_exit(Clock::now() + 5ms) == ExitStatus{});
  process->close();
  CHECK(watch.ends_by(Clock::now()));
}

TEST_CASE("a child that closes its stdin has ended the conversation, and nobody dies of SIGPIPE") {
  const auto process = start_process(shell("exec <&-; echo ready; exec sleep 1000", 50ms));
  CHECK(read_line(*process) == "ready");
  process->send("x");
  CHECK(read(*process).empty());
  CHECK_NOTHROW(process->send("y"));
}

TEST_CASE("a script can open /dev/stdin, and takes its stdin for no connection") {
  const auto process = start_process(shell(
      "test -p /dev/stdin && echo pipe; read -r line < /dev/stdin; echo $line; cat /dev/stdin"));
  process->send("hello\n");
  CHECK(read(*process, 11) == "pipe\nhello\n");
  process->send("the rest");
  CHECK(read(*process, 8) == "the rest");
}

TEST_CASE("what a send to a child that is gone leaves of SIGPIPE is what was there before") {
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const auto is_pending_after_a_send = [] {
    const auto process = start_process(shell("exec <&-; echo ready; exec sleep 1000", 50ms));
    CHECK(read_line(*process) == "ready");
    process->send("x");
    CHECK(process->is_deaf());
    sigset_t pending;
    ::sigpending(&pending);
    return sigismember(&pending, SIGPIPE) == 1;
  };
  CHECK_FALSE(is_pending_after_a_send());
  ::raise(SIGPIPE);  // the host program waits for this one
  CHECK(is_pending_after_a_send());
  int taken = 0;
  ::sigwait(&blocked, &taken);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST_CASE("a child of fork that lives on does not keep a closed stdin open") {
  const auto process = start_process({.argv = {"/bin/cat"}, .shutdown_timeout = 20s});
  const pid_t sibling = ::fork();
  REQUIRE(sibling >= 0);
  if (sibling == 0) {
    while (true) ::pause();
  }
  process->close();
  CHECK(process->await_exit(Clock::now()) == ExitStatus{.code = 0});  // by the end of stdin
  ::kill(sibling, SIGKILL);
  ::waitpid(sibling, nullptr, 0);
}

TEST_CASE("a child that does not read makes send fail, not block") {
  ProcessOptions options = shell("exec sleep 1000", 50ms);
  options.max_outgoing_bytes = 1 << 20;
  const auto process = start_process(options);
  const std::string chunk(1 << 18, 'x');
  const std::string what = message_of<CodexError>([&] {
    for (int i = 0; i < 100; ++i) process->send(chunk);
  });
  CHECK(contains(what, "does not read"));
}

TEST_CASE("closing: the end of stdin is enough for a polite child") {
  const auto process = start_process({.argv = {"/bin/cat"}, .shutdown_timeout = 20s});
  process->close();
  CHECK(process->await_exit(Clock::now()) == ExitStatus{.code = 0});
  CHECK(has_no_children());
  process->close();
  CHECK(process->wait(soon()).ended);
}

TEST_CASE("closing: SIGTERM is next") {
  ExitStatus status{.signal = SIGKILL};
  // On a slow machine it may need longer to obey.
  for (auto time = 50ms; status == ExitStatus{.signal = SIGKILL} && time < 20s; time *= 2) {
    const auto process =
        start_process(shell("trap 'exit 7' TERM; echo ready; while :; do sleep 0.01; done", time));
    CHECK(read_line(*process) == "ready");
    process->close();
    status = process->await_exit(Clock::now());
  }
  CHECK(status == ExitStatus{.code = 7});
}

TEST_CASE("closing: a deaf child is killed in time, with all its kin") {
  ProcessOptions options =
      shell("trap '' TERM; sh -c 'trap \"\" TERM; echo $$; exec sleep 1000' & wait");
  options.shutdown_timeout = 100ms;
  const auto process = start_process(options);
  const ProcessWatch grandchild(std::stoi(read_line(*process)));
  const auto begin = Clock::now();
  process->close();
  CHECK(Clock::now() - begin < testing::at_once);
  CHECK(process->await_exit(Clock::now()) == ExitStatus{.signal = SIGKILL});
  CHECK(grandchild.ends_by(soon()));
  CHECK(has_no_children());
}

TEST_CASE("a child that fills its stdout while it is closed can end by itself") {
  const ProcessOptions options = shell("cat > /dev/null; head -c 2000000 /dev/zero; exit 5", 20s);
  const auto process = start_process(options);
  process->close();
  CHECK(process->await_exit(Clock::now()) == ExitStatus{.code = 5});
}

TEST_CASE("a child that ends by itself ends the conversation, though others hold its stdout") {
  const auto process = start_process(shell("sleep 1000 & echo $!; exit 4"));
  const auto begin = Clock::now();
  const ProcessWatch left_behind(std::stoi(read(*process)));
  CHECK(Clock::now() - begin < testing::at_once);
  CHECK(process->await_exit(soon()) == ExitStatus{.code = 4});
  process->close();
  CHECK(left_behind.ends_by(soon()));
}

TEST_CASE("the environment is merged over ours, the directory is the given one") {
  const testing::detail::TempDir folder("codex-test-");
  ::setenv("CODEX_TEST_INHERITED", "ours", 1);
  ::setenv("CODEX_TEST_REPLACED", "ours", 1);
  ProcessOptions options =
      shell("echo $CODEX_TEST_INHERITED $CODEX_TEST_REPLACED $CODEX_TEST_NEW; pwd -P");
  options.env = {{"CODEX_TEST_REPLACED", "theirs"}, {"CODEX_TEST_NEW", "new"}};
  options.cwd = folder.path().string();
  CHECK(output_of(options) ==
        "ours theirs new\n" + std::filesystem::canonical(folder.path()).string() + "\n");
  ::unsetenv("CODEX_TEST_INHERITED");
  ::unsetenv("CODEX_TEST_REPLACED");
}

TEST_CASE("variables of ours that the child does not inherit") {
  const testing::Variable kept("CODEX_TEST_KEPT", "kept");
  const testing::Variable secret("CODEX_TEST_SECRET", "hush");
  const testing::Variable longer("CODEX_TEST_SECRET_TOO", "too");
  ProcessOptions options =
      shell("echo ${CODEX_TEST_KEPT-none} ${CODEX_TEST_SECRET-none} ${CODEX_TEST_SECRET_TOO-none}");
  options.unset_env = {"CODEX_TEST_SECRET", "CODEX_TEST_NOT_THERE"};
  CHECK(output_of(options) == "kept none too\n");
}

TEST_CASE("a bare program name is looked up in the child's PATH") {
  const testing::detail::TempDir folder("codex-test-");
  testing::write_script(folder.path() / "only-here", "#!/bin/sh\necho found $1\n");
  CHECK(output_of({.argv = {"only-here", "it"}, .env = {{"PATH", ":" + folder.path().string()}}}) ==
        "found it\n");
  CHECK(contains(message_of<RuntimeNotFoundError>(
                     [] { (void)start_process({.argv = {"no-such-program-anywhere"}}); }),
                 "no-such-program-anywhere"));
}

TEST_CASE("a folder of that name in PATH is no program, and a relative entry begins where we are") {
  const testing::detail::TempDir folder("codex-test-");
  std::filesystem::create_directories(folder.path() / "first" / "it");
  testing::write_script(folder.path() / "second" / "it", "#!/bin/sh\necho second\n");
  const std::string first = (folder.path() / "first").string();
  const std::string second = std::filesystem::relative(folder.path() / "second").string();
  CHECK(output_of({.argv = {"it"}, .env = {{"PATH", first + ":" + second}}, .cwd = "/"}) ==
        "second\n");
}

TEST_CASE("without PATH the programs of the system are found") {
  const testing::Variable none("PATH", std::nullopt);
  CHECK(output_of({.argv = {"echo", "found"}}) == "found\n");
  const testing::Variable elsewhere("PATH", "/nonexistent");
  CHECK(output_of({.argv = {"echo", "found"}, .unset_env = {"PATH"}}) == "found\n");
}

TEST_CASE("a current directory that is gone harms only what is relative to it") {
  CHECK(testing::in_child([] {
          const testing::detail::TempDir folder("codex-test-");
          std::filesystem::current_path(folder.path());
          std::filesystem::remove(folder.path());
          if (output_of({.argv = {"/bin/echo", "x"}}) != "x\n") return 1;
          if (output_of({.argv = {"/bin/echo", "x"}, .cwd = "/"}) != "x\n") return 2;
          const std::string what =
              message_of<RuntimeNotFoundError>([] { (void)start_process({.argv = {"./codex"}}); });
          return contains(what, "current directory") ? testing::all_well : 3;
        }) == testing::all_well);
}

TEST_CASE("what cannot be started says why") {
  const testing::detail::TempDir folder("codex-test-");
  const auto problem = [&](const std::string& name) {
    return message_of<RuntimeNotFoundError>(
        [&] { (void)start_process({.argv = {(folder.path() / name).string()}}); });
  };
  testing::write_file(folder.path() / "plain", "#!/bin/sh\n");
  testing::write_script(folder.path() / "garbage", "\x7fno program\n");
  testing::write_script(folder.path() / "lost", "#!/no/such/interpreter\n");

  CHECK(contains(problem("missing"), "not found at " + (folder.path() / "missing").string()));
  CHECK(contains(problem("plain/below"), "not found at "));
  CHECK(contains(problem("plain"), "not an executable file"));
  CHECK(contains(problem(""), "not an executable file"));
  CHECK(contains(problem("garbage"), "no program for this machine"));
  CHECK(contains(problem("lost"), "interpreter"));
  CHECK_THROWS_AS((void)start_process({.argv = {}}), RuntimeNotFoundError);
  CHECK(contains(message_of<CodexError>([] {
                   (void)start_process({.argv = {"/bin/echo", std::string(4'000'000, 'x')}});
                 }),
                 "list too long"));

  const std::string what = message_of<CodexError>(
      [] { (void)start_process({.argv = {"/bin/cat"}, .cwd = "/no/such/folder"}); });
  CHECK(contains(what, "/no/such/folder"));
  CHECK(contains(what, "CodexConfig.cwd"));
  CHECK(has_no_children());
}

TEST_CASE("the child can be ended by SIGPIPE and blocks no signal, whatever we do") {
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const auto old_handler = ::signal(SIGPIPE, SIG_IGN);
  const std::string status = output_of({.argv = {"/bin/cat", "/proc/self/status"}});
  ::signal(SIGPIPE, old_handler);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  const auto signals = [&](const std::string& name) {
    const std::size_t at = status.find(name + ":\t");
    REQUIRE(at != std::string::npos);
    return std::stoull(status.substr(at + name.size() + 2, 16), nullptr, 16);
  };
  CHECK(signals("SigBlk") == 0);
  CHECK((signals("SigIgn") >> (SIGPIPE - 1)) % 2 == 0);
}

TEST_CASE("the child is the leader of its own group") {
  const auto process = start_process({.argv = {"/bin/cat"}});
  CHECK(::getpgid(pid_of(*process)) == pid_of(*process));
}

TEST_CASE("the child inherits no descriptor but its streams") {
  const Descriptor open(::open("/dev/null", O_RDONLY));  // not close-on-exec
  REQUIRE(open.is_open());
  const std::string number = std::to_string(open.get());
  CHECK(output_of(shell("test -e /proc/self/fd/" + number + " && echo leaked || echo closed")) ==
        "closed\n");
}

TEST_CASE("neither descriptors nor zombies are left, also after failures") {
  const auto before = testing::open_descriptors();
  for (int i = 0; i < 20; ++i) {
    CHECK(output_of(shell("echo x")) == "x\n");
    const auto closed = start_process({.argv = {"/bin/cat"}});
    closed->close();
    CHECK_THROWS_AS((void)start_process({.argv = {"/no/such/program"}}), RuntimeNotFoundError);
  }
  CHECK(testing::open_descriptors() == before);
  CHECK(has_no_children());
}

TEST_CASE("a host program that ignores SIGCHLD is no obstacle") {
  const auto old_handler = ::signal(SIGCHLD, SIG_IGN);
  {
    const auto process = start_process(shell("echo x; exit 3"));
    CHECK(read(*process) == "x\n");
    CHECK(process->await_exit(soon()) == ExitStatus{});  // the kernel threw it away
  }
  ::signal(SIGCHLD, old_handler);
}

TEST_CASE("a host program without standard streams is no obstacle") {
  const pid_t host = ::fork();
  REQUIRE(host >= 0);
  if (host == 0) {
    for (const int stream : {0, 1, 2}) ::close(stream);
    const auto process = start_process({.argv = {"/bin/cat"}});
    process->send("hello");
    ::_exit(read(*process, 5) == "hello" ? 42 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(host, &status, 0) == host);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 42);
}

TEST_CASE("nothing of ours becomes a standard stream of a host program that has none") {
  CHECK(testing::in_child([] {
          const testing::detail::TempDir folder("codex-test-");
          for (const int stream : {0, 1, 2}) ::close(stream);
          const LogFile log((folder.path() / "log").string());
          const auto process = start_process({.argv = {"/bin/cat"}});
          int taken = 0;
          for (const int stream : {0, 1, 2}) taken += ::fcntl(stream, F_GETFD) >= 0 ? 1 : 0;
          return taken;
        }) == testing::all_well);
}

TEST_CASE("nothing is left of a child's group once it is closed") {
  const auto is_left = [](pid_t group) { return ::kill(-group, 0) == 0 || errno != ESRCH; };
  const auto process = start_process({.argv = {"/bin/cat"}});
  const pid_t group = pid_of(*process);
  CHECK(is_left(group));
  process->close();
  // What watches the host where the kernel does not is reaped by the system, in its own time.
  const auto deadline = testing::soon();
  while (is_left(group) && Clock::now() < deadline) std::this_thread::yield();
  CHECK_FALSE(is_left(group));
}

TEST_CASE("a host program that is killed takes the child along") {
  int pipe[2];
  REQUIRE(make_pipe(pipe));
  const pid_t host = ::fork();
  REQUIRE(host >= 0);
  if (host == 0) {
    // Deaf to the end of stdin, which alone would end most children.
    const auto process = start_process(shell("exec sleep 1000"));
    const pid_t child = pid_of(*process);
    if (::write(pipe[1], &child, sizeof child) != sizeof child) ::_exit(1);
    while (true) ::pause();
  }
  const Descriptor reader(pipe[0]);
  const Descriptor writer(pipe[1]);
  pid_t child = -1;
  REQUIRE(::read(reader.get(), &child, sizeof child) == sizeof child);
  const ProcessWatch watch(child);
  ::kill(host, SIGKILL);
  CHECK(watch.ends_by(soon()));
  ::waitpid(host, nullptr, 0);
}

}  // namespace codex::detail
