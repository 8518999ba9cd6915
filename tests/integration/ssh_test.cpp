// Runtimes that are reached by ssh: a real sshd on this machine, and the runtime's own proxy.

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <doctest/doctest.h>

#include <codex/codex.hpp>
#include <codex/protocol.hpp>
#include <codex/runtime_server.hpp>
#include <codex/testing.hpp>

#include "integration/runtime_bin.hpp"
#include "support/face.hpp"
#include "support/far_ends.hpp"
#include "support/messages.hpp"
#include "support/processes.hpp"
#include "support/serve.hpp"
#include "transport/websocket.hpp"

using codex::testing::contains;
using codex::testing::error_of;
using codex::testing::Gate;
using codex::testing::MockModel;
using codex::testing::Reply;
using codex::testing::serve;
using codex::testing::SshServer;
using namespace std::chrono_literals;
namespace types = codex::protocol;

namespace {

std::string socket_of(const codex::RuntimeServer& server) {
  return server.endpoint().substr(std::string_view("unix://").size());
}

codex::CodexConfig config_of(const SshServer& sshd, const std::string& socket) {
  return {.endpoint = sshd.endpoint(socket),
          .ssh_command = sshd.command(),
          .remote_codex = {codex::testing::runtime_bin()}};
}

/// What the client's constructor throws.
template <class Error = codex::CodexError>
std::string refusal(const codex::CodexConfig& config) {
  const auto error = error_of<Error>([&] {
    face::Codex codex(config);
    (void)codex.metadata();
  });
  REQUIRE(error);
  return error->what();
}

}  // namespace

TEST_SUITE_BEGIN("endpoints" * face::own_transport);

TEST_CASE("a turn and its approval pass through ssh, whatever shells say first") {
  MockModel mock({.approval_policy = "on-request"});
  mock.reply(Reply{}.shell("echo ran", {.escalated = true}));
  mock.reply("Done.");
  const auto folder = mock.workspace() / "it's \"the\" $HOME; of `sockets`";
  std::filesystem::create_directories(folder);
  const auto server = serve(mock, "unix://" + (folder / "a.sock").string());
  const std::string banner = (mock.workspace() / "banner").string();
  std::ofstream(banner) << "Unauthorized use is prohibited.\n";
  const SshServer sshd(
      "Banner " + banner +
      "\nForceCommand echo 'Welcome! {\"method\":1}'; eval \"$SSH_ORIGINAL_COMMAND\"");
  auto config = config_of(sshd, socket_of(server));
  std::atomic<int> asked = 0;
  config.handlers.command_approval = [&](const types::CommandExecutionRequestApprovalParams&) {
    ++asked;
    return codex::approvals::accept();
  };
  {
    face::Codex codex(config);
    CHECK_FALSE(codex.process_id());  // it is another machine's
    auto thread = codex.thread_start({.approval_mode = codex::ApprovalMode::ask});
    CHECK(thread.run("Go.").final_response == "Done.");
    CHECK(asked == 1);
  }
  CHECK(server.is_open());
}

TEST_CASE("without a path ssh leads to the default socket, by a program of the PATH there") {
  MockModel mock;
  mock.reply("hi");
  const auto server = serve(mock, "unix://");
  const auto bin = std::filesystem::path(codex::testing::runtime_bin()).parent_path().string();
  const SshServer sshd("SetEnv PATH=" + bin +
                       ":/usr/bin:/bin CODEX_HOME=" + mock.config().env.at("CODEX_HOME"));
  face::Codex codex({.endpoint = sshd.endpoint(), .ssh_command = sshd.command()});
  CHECK(codex.thread_start().run("hello").final_response == "hi");
}

TEST_CASE("large messages pass through ssh") {
  MockModel mock;
  const auto server = serve(mock);
  const SshServer sshd;
  face::Codex codex(config_of(sshd, socket_of(server)));
  const auto path = (mock.workspace() / "large").string();
  const std::string content(8 * 1024 * 1024, 'A');
  codex.request<types::requests::FsWriteFile>({.data_base64 = content, .path = path});
  CHECK(codex.request<types::requests::FsReadFile>({.path = path}).data_base64 == content);
}

TEST_CASE("where ssh does not lead to a runtime, the error says what to do" * face::once) {
  MockModel mock;
  const SshServer sshd;
  auto config = config_of(sshd, "/no/such/a.sock");
  const auto before = codex::testing::children_of(::getpid());
  std::string what;
  std::string advice;
  SUBCASE("no program there") {
    config.remote_codex = {"no-such-codex"};
    what = refusal(config);
    advice = "no program \"no-such-codex\"";
  }
  SUBCASE("no key that it takes") {
    config.ssh_command = sshd.command("IdentityFile " + (sshd.folder() / "other_key").string());
    std::filesystem::rename(sshd.folder() / "key", sshd.folder() / "lost_key");
    what = refusal(config);
    advice = "It must not ask for a password";
    CHECK_MESSAGE(contains(what, "Permission denied"), what);
  }
  SUBCASE("a host that is not known") {
    config.ssh_command = sshd.command("UserKnownHostsFile /dev/null");
    what = refusal(config);
    advice = "does not know the host's key";
    CHECK_MESSAGE(contains(what, "Host key verification failed"), what);
  }
  SUBCASE("no runtime there") {
    what = refusal<codex::TransportClosedError>(config);
    advice = "no runtime listens on the socket there";
  }
  SUBCASE("no host") {
    config.endpoint = "ssh://127.0.0.1:1";
    what = refusal<codex::TransportClosedError>(config);
    advice = "Check that \"ssh -p 1 127.0.0.1\" works";
    CHECK_MESSAGE(contains(what, "Connection refused"), what);
  }
  SUBCASE("no ssh") {
    config.ssh_command = {"/no/such/ssh"};
    what = refusal(config);
    advice = "CodexConfig::ssh_command";
  }
  SUBCASE("an empty command") {
    config.ssh_command = {};
    what = refusal(config);
    advice = "CodexConfig::ssh_command";
  }
  SUBCASE("something that talks and talks") {
    config.remote_codex = {"sh", "-c", "yes"};
    what = refusal<codex::TransportClosedError>(config);
    advice = "wrote too much before any answer";
  }
  SUBCASE("a token") {
    config.bearer_token = "tok-1";
    what = refusal(config);
    advice = "CodexConfig::bearer_token";
  }
  CHECK_MESSAGE(contains(what, advice), what);
  CHECK(codex::testing::children_of(::getpid()) == before);
}

TEST_CASE("ssh that hangs is ended when the time is up" * face::once) {
  const SshServer sshd;
  auto config = config_of(sshd, "/no/such/a.sock");
  config.startup_timeout = 1s;
  config.remote_codex = {"sh", "-c", "echo waiting >&2; exec sleep 1000"};
  const auto before = codex::testing::children_of(::getpid());
  const auto what = refusal<codex::TimeoutError>(config);
  CHECK_MESSAGE(contains(what, "startup_timeout"), what);
  CHECK(codex::testing::children_of(::getpid()) == before);
}

TEST_CASE("over a cut of ssh the turn goes on, unless the client does not reconnect") {
  MockModel mock;
  Gate gate;
  mock.on_request(
      [gate](const codex::testing::ModelRequest&) { return Reply("done").wait_for(gate); });
  const auto server = serve(mock);
  const SshServer sshd;
  auto config = config_of(sshd, socket_of(server));
  bool reconnects = true;
  SUBCASE("it does") {}
  SUBCASE("it does not") {
    config.reconnect.max_attempts = 0;
    reconnects = false;
  }
  face::Codex codex(config);
  auto thread = codex.thread_start();
  auto turn = thread.turn("hello", {.timeout = 120s});
  REQUIRE(gate.wait_reached(60s));
  const auto before = codex::detail::Clock::now();
  sshd.cut();
  if (reconnects) {
    gate.open();
    CHECK(turn.run().final_response == "done");
    return;
  }
  const auto error = error_of<codex::TransportClosedError>([&] { (void)turn.run(); });
  REQUIRE(error);
  CHECK(contains(error->what(), "ssh ended with exit status 255"));
  CHECK(codex::detail::Clock::now() - before < codex::testing::at_once);
  CHECK(server.is_open());
}

TEST_CASE("a dead runtime is found behind the proxy, which hides it" * face::once) {
  MockModel mock;
  const auto server = serve(mock);
  const SshServer sshd;
  struct Nothing final : codex::Transport::Receiver {
    void message(std::string) override {}
    void outline(std::string, std::size_t) override {}
    void noise(std::string_view) override {}
    void broken(std::string) override {}
    [[nodiscard]] std::size_t max_message_bytes() const noexcept override { return 1000; }
  } nothing;
  const auto transport = codex::detail::connect_websocket(
      {.endpoint = codex::detail::parse_endpoint(sshd.endpoint(socket_of(server)), {}),
       .ssh = {.here = sshd.command(), .there = {codex::testing::runtime_bin()}},
       .deadline = codex::testing::soon(),
       .silence = 100ms});
  ::kill(static_cast<pid_t>(server.process_id()), SIGKILL);
  const auto deadline = codex::testing::soon();
  bool is_there = true;
  while (is_there && codex::detail::Clock::now() < deadline) {
    is_there = transport->receive(nothing, deadline);
  }
  CHECK_FALSE(is_there);
  transport->close();
}

TEST_SUITE_END();
