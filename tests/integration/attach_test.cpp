// Clients that attach to a runtime that listens, over a unix socket and over TCP.

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <doctest/doctest.h>

#include <codex/codex.hpp>
#include <codex/protocol.hpp>
#include <codex/runtime_server.hpp>
#include <codex/testing.hpp>

#include "integration/runtime_bin.hpp"
#include "os/descriptor.hpp"
#include "support/face.hpp"
#include "support/in_child.hpp"
#include "support/messages.hpp"
#include "support/processes.hpp"
#include "support/serve.hpp"
#include "testing/temp_dir.hpp"
#include "transport/websocket.hpp"

using codex::RuntimeServer;
using codex::RuntimeServerOptions;
using codex::testing::contains;
using codex::testing::error_of;
using codex::testing::Gate;
using codex::testing::MockModel;
using codex::testing::Reply;
using codex::testing::serve;
using codex::testing::server_options;
using namespace std::chrono_literals;
namespace requests = codex::protocol::requests;
namespace types = codex::protocol;

namespace {

constexpr const char* any_port = "ws://127.0.0.1:0";
constexpr const char* token = "tok-3f9a1c77e05b4d2c9a80";

std::string read_line(int descriptor) {
  std::string line;
  for (char byte = 0; ::read(descriptor, &byte, 1) == 1 && byte != '\n';) line += byte;
  return line;
}

/// A program that keeps a runtime alive: reads its options, writes "PID ENDPOINT" or what went
/// wrong, and waits to be killed.
[[noreturn]] void serve_as_ordered(int orders, int answers) {
  std::string answer;
  std::optional<RuntimeServer> server;
  try {
    const codex::Json order = codex::Json::parse(read_line(orders));
    // What a runtime that is kept alive writes stays behind, there.
    ::setenv("TMPDIR", order.at("temporary").get_ref<const std::string&>().c_str(), 1);
    RuntimeServerOptions options;
    options.keep_alive = true;
    if (order.at("codex_bin") != "") options.codex_bin = order.at("codex_bin").get<std::string>();
    if (order.at("cwd") != "") options.cwd = order.at("cwd").get<std::string>();
    options.env = order.at("env").get<std::map<std::string, std::string>>();
    if (order.contains("bearer_token")) {
      options.listen = any_port;
      options.bearer_token = order.at("bearer_token").get<std::string>();
    }
    server.emplace(std::move(options));
    answer = std::to_string(server->process_id()) + " " + server->endpoint() + "\n";
  } catch (const std::exception& error) {
    answer = std::string(error.what()) + "\n";
  }
  (void)!::write(answers, answer.data(), answer.size());
  (void)read_line(orders);  // the test's end, if that goes before it kills
  ::_exit(0);
}

/// A server's answer to an upgrade. Python has SHA-1, and this program would need it only here.
std::string accept_upgrade(const std::string& request) {
  constexpr std::string_view name = "Sec-WebSocket-Key: ";
  const std::size_t begin = request.find(name) + name.size();
  const std::string key = request.substr(begin, request.find('\r', begin) - begin);
  const std::string command =
      "python3 -c \"import base64,hashlib;print(base64.b64encode(hashlib.sha1(b'" + key +
      "258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest()).decode(),end='')\"";
  std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  std::array<char, 64> accepted{};
  REQUIRE(std::fgets(accepted.data(), accepted.size(), pipe.get()));
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
         "Upgrade\r\nSec-WebSocket-Accept: " +
         std::string(accepted.data()) + "\r\n\r\n";
}

/// A unix socket where nobody says anything by itself.
class SilentListener {
 public:
  SilentListener() : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    const auto* const name = reinterpret_cast<const sockaddr*>(&address);
    REQUIRE(::bind(socket_.get(), name, sizeof address) == 0);
    REQUIRE(::listen(socket_.get(), 1) == 0);
  }
  [[nodiscard]] std::string endpoint() const { return "unix://" + path_; }
  [[nodiscard]] codex::detail::Descriptor accept_upgraded() const {
    codex::detail::Descriptor peer(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    std::string request;
    char byte = 0;
    while (!contains(request, "\r\n\r\n") && ::read(peer.get(), &byte, 1) == 1) request += byte;
    const std::string answer = accept_upgrade(request);
    (void)!::write(peer.get(), answer.data(), answer.size());
    return peer;
  }

 private:
  const codex::testing::detail::TempDir folder_{"codex-test-"};
  const std::string path_ = (folder_.path() / "silent.sock").string();
  const codex::detail::Descriptor socket_;
};

}  // namespace

TEST_SUITE_BEGIN("endpoints" * face::own_transport);

TEST_CASE("a client attaches, and leaves the runtime to the next one") {
  MockModel mock;
  mock.reply("one");
  mock.reply("two");
  std::optional<std::string> listen;
  SUBCASE("over a unix socket") {}
  SUBCASE("over TCP") { listen = any_port; }
  const RuntimeServer server = serve(mock, listen);
  CHECK(server.endpoint().starts_with(listen ? "ws://127.0.0.1:" : "unix:///"));
  CHECK_FALSE(server.endpoint().ends_with(":0"));
  std::string thread_id;
  {
    face::Codex first(server.config());
    CHECK_FALSE(first.process_id());  // it is not this client's
    auto thread = first.thread_start();
    CHECK(thread.run("hello").final_response == "one");
    thread_id = thread.id();
  }
  CHECK(server.is_open());
  face::Codex second(server.config());
  CHECK(second.thread_resume(thread_id).run("again").final_response == "two");
}

TEST_CASE("a turn goes on when its client is gone, and the next client finds its end") {
  MockModel mock;
  Gate gate;
  mock.on_request(
      [gate](const codex::testing::ModelRequest&) { return Reply("done").wait_for(gate); });
  const RuntimeServer server = serve(mock);
  std::string thread_id;
  {
    face::Codex first(server.config());
    auto thread = first.thread_start();
    (void)thread.turn("hello");
    REQUIRE(gate.wait_reached(60s));
    thread_id = thread.id();
  }
  gate.open();
  face::Codex second(server.config());
  const auto deadline = codex::testing::soon();
  bool is_complete = false;
  while (!is_complete && codex::detail::Clock::now() < deadline) {
    const auto turns = second.request<requests::ThreadTurnsList>({.thread_id = thread_id}).data;
    is_complete = !turns.empty() && turns.front().status == types::TurnStatus::completed;
  }
  CHECK(is_complete);
}

TEST_CASE("two clients share a runtime, each with requests and turns of its own") {
  MockModel mock;
  mock.on_request([](const codex::testing::ModelRequest& request) {
    return Reply("you said " + request.last_user_text());
  });
  const RuntimeServer server = serve(mock);
  face::Codex one(server.config());
  face::Codex two(server.config());
  CHECK(one.thread_start().run("a").final_response == "you said a");
  CHECK(two.thread_start().run("b").final_response == "you said b");
}

TEST_CASE("a client without a handler leaves an approval to the one that has one") {
  MockModel mock({.approval_policy = "on-request"});
  mock.reply(Reply{}.shell("echo ran", {.escalated = true}));
  mock.reply("Done.");
  const RuntimeServer server = serve(mock);
  Gate both_were_asked;
  auto with_handler = server.config();
  with_handler.handlers.command_approval = [both_were_asked](
                                               const types::CommandExecutionRequestApprovalParams&,
                                               const codex::HandlerContext& context) {
    (void)both_were_asked.pass(context.stop);
    return codex::approvals::accept();
  };
  auto without = server.config();
  auto expected = types::CommandExecutionStatus::completed;
  SUBCASE("by default") {}
  SUBCASE("but not if it is told to refuse: the first answer counts for all") {
    without.unhandled = codex::Unhandled::refuse;
    expected = types::CommandExecutionStatus::declined;
  }
  face::Codex one(with_handler);
  face::Codex two(without);
  auto thread = one.thread_start({.approval_mode = codex::ApprovalMode::ask});
  auto turn = thread.turn("Go.");
  REQUIRE(both_were_asked.wait_reached(60s));
  (void)two.thread_resume(thread.id());  // asks it, too
  (void)two.request<requests::ThreadRead>({.thread_id = thread.id()});
  if (!without.unhandled) both_were_asked.open();
  const auto result = turn.run();
  const auto command = std::ranges::find_if(result.items, [](const auto& item) {
    return item.template is<types::CommandExecutionThreadItem>();
  });
  REQUIRE(command != result.items.end());
  CHECK(command->as<types::CommandExecutionThreadItem>()->status == expected);
}

TEST_CASE("an approval that nobody answered is asked again once, however often B resumes") {
  MockModel mock({.approval_policy = "on-request"});
  mock.reply(Reply{}.shell("echo ran", {.escalated = true}));
  mock.reply("Done.");
  const RuntimeServer server = serve(mock);
  std::string thread_id;
  {
    Gate asked;
    auto config = server.config();
    config.handlers.command_approval = [asked](const types::CommandExecutionRequestApprovalParams&,
                                               const codex::HandlerContext& context) {
      (void)asked.pass(context.stop);
      return codex::approvals::decline();  // too late: this client is gone
    };
    face::Codex first(config);
    auto thread = first.thread_start({.approval_mode = codex::ApprovalMode::ask});
    (void)thread.turn("Go.");
    REQUIRE(asked.wait_reached(60s));
    thread_id = thread.id();
  }
  std::atomic<int> questions = 0;
  Gate resumed;
  auto config = server.config();
  config.handlers.command_approval = [&](const types::CommandExecutionRequestApprovalParams&,
                                         const codex::HandlerContext& context) {
    ++questions;
    return resumed.pass(context.stop) ? codex::approvals::accept() : codex::approvals::decline();
  };
  face::Codex second(config);
  auto events = second.notifications({.timeout = 60s});
  for (int i = 0; i < 3; ++i) (void)second.thread_resume(thread_id);
  // What follows on the connection was read after the copies.
  (void)second.request<requests::ThreadRead>({.thread_id = thread_id});
  resumed.open();
  std::optional<codex::Notification> end;
  while (!end || !end->is<types::notifications::TurnCompleted>()) end = events.next();
  CHECK(end->as<types::notifications::TurnCompleted>()->turn.status ==
        types::TurnStatus::completed);
  CHECK(questions == 1);
  const auto turns = second.request<requests::ThreadTurnsList>(
      {.thread_id = thread_id, .items_view = types::TurnItemsView::full});
  const auto& items = turns.data.front().items;
  const auto command = std::ranges::find_if(items, [](const auto& item) {
    return item.template is<types::CommandExecutionThreadItem>();
  });
  REQUIRE(command != items.end());
  CHECK(command->as<types::CommandExecutionThreadItem>()->status ==
        types::CommandExecutionStatus::completed);
}

TEST_CASE("a token opens a runtime that asks for one, from wherever it comes") {
  MockModel mock;
  const RuntimeServer server = serve(mock, any_port, token);
  auto config = server.config();
  CHECK(config.bearer_token == token);
  const codex::testing::detail::TempDir folder("codex-test-");
  SUBCASE("itself") {}
  SUBCASE("a file") {
    std::ofstream(folder.path() / "token") << token << "\n";
    config.bearer_token.reset();
    config.bearer_token_file = (folder.path() / "token").string();
  }
  SUBCASE("the environment") {
    ::setenv("CODEX_TEST_TOKEN", token, 1);
    config.bearer_token.reset();
    config.bearer_token_env_var = "CODEX_TEST_TOKEN";
  }
  face::Codex codex(config);
  CHECK(codex.is_open());
  std::ifstream command("/proc/" + std::to_string(server.process_id()) + "/cmdline");
  const std::string line{std::istreambuf_iterator<char>(command), {}};
  CHECK(contains(line, "--ws-auth"));
  CHECK_FALSE(contains(line, token));
}

TEST_CASE("a runtime that refuses the token says why, and the error does not quote it") {
  MockModel mock;
  const RuntimeServer server = serve(mock, any_port, token);
  auto config = server.config();
  std::string why = "missing websocket bearer token";
  SUBCASE("none") { config.bearer_token.reset(); }
  SUBCASE("another") {
    config.bearer_token = "tok-of-somebody-else";
    why = "invalid websocket bearer token";
  }
  const auto error = error_of<codex::CodexError>([&] {
    face::Codex codex(config);
    (void)codex.metadata();
  });
  REQUIRE(error);
  const std::string what = error->what();
  CAPTURE(what);
  CHECK(contains(what, "401"));
  CHECK(contains(what, why));
  CHECK(contains(what, "CodexConfig::bearer_token"));
  CHECK_FALSE(contains(what, "tok-"));
}

TEST_CASE("tokens that cannot be sent are refused without a word of them") {
  codex::CodexConfig config{.endpoint = "ws://127.0.0.1:1"};
  std::string names = "bearer_token";
  SUBCASE("one with a line end") { config.bearer_token = "tok-1\r\nOrigin: x"; }
  SUBCASE("an empty one") { config.bearer_token = ""; }
  SUBCASE("a file that is not there") {
    config.bearer_token_file = "/no/such/file";
    names = "/no/such/file";
  }
  SUBCASE("a variable that is not there") {
    config.bearer_token_env_var = "CODEX_TEST_NO_TOKEN";
    names = "CODEX_TEST_NO_TOKEN";
  }
  SUBCASE("two") {
    config.bearer_token = "tok-1";
    config.bearer_token_env_var = "PATH";
    names = "more than one";
  }
  const auto error = error_of<codex::CodexError>([&] {
    face::Codex codex(config);
    (void)codex.metadata();
  });
  REQUIRE(error);
  CHECK(contains(error->what(), names));
  CHECK_FALSE(contains(error->what(), "tok-1"));
}

TEST_CASE("an endpoint where no runtime listens is one error that says so") {
  MockModel mock;
  std::string endpoint = "unix:///no/such/socket";
  std::string says = "No Codex runtime can be reached";
  SUBCASE("no socket") {}
  SUBCASE("no port") { endpoint = "ws://127.0.0.1:1"; }
  SUBCASE("something else") {
    endpoint = "ws" + mock.url().substr(mock.url().find(':'));
    says = "is no codex app-server";
  }
  const auto error = error_of<codex::TransportClosedError>([&] {
    face::Codex codex({.endpoint = endpoint});
    (void)codex.metadata();
  });
  REQUIRE(error);
  CHECK(contains(error->what(), says));
}

TEST_CASE("endpoints of other forms are refused, and the error names those that exist") {
  for (const char* endpoint :
       {"", "tcp://1.2.3.4:5", "ws://host", "ws://:1", "ws://host:port", "ws://host:99999",
        "/run/agent.sock", "unix:/x", "wss://", "wss://host:x", "ssh://", "ssh://-oProxyCommand=x",
        "ssh://-l@host", "ssh://a b", "ssh://host:99999", "ssh://$(x)", "ssh://@host",
        "ws://host:1/ x\r\nX: y"}) {
    CAPTURE(endpoint);
    const auto error = error_of<codex::CodexError>([&] {
      face::Codex codex({.endpoint = endpoint});
      (void)codex.metadata();
    });
    REQUIRE(error);
    CHECK(contains(error->what(), "unix://"));
  }
  for (const char* endpoint :
       {"ws://user:hush@host:1", "wss://user:hush@host:1", "http://user:hush@host:1",
        "ws://user:hu/hush@host:1", "ssh://user:hush@host", "ws://host:1/?token=hush"}) {
    CAPTURE(endpoint);
    const auto error = error_of<codex::CodexError>([&] {
      face::Codex codex({.endpoint = endpoint});
      (void)codex.metadata();
    });
    REQUIRE(error);
    CHECK_FALSE(contains(error->what(), "hush"));
  }
}

TEST_CASE("what accepts a connection and says nothing is given up when the time is up") {
  const SilentListener listener;
  const auto error = error_of<codex::TimeoutError>([&] {
    face::Codex codex({.startup_timeout = 300ms, .endpoint = listener.endpoint()});
    (void)codex.metadata();
  });
  REQUIRE(error);
  CHECK(contains(error->what(), "startup_timeout"));
}

TEST_CASE("a program that never listens is ended when the time is up" * face::once) {
  MockModel mock;
  const auto path = mock.workspace() / "never";
  std::ofstream(path) << "#!/bin/sh\necho starting >&2\nexec sleep 1000\n";
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  const auto before = codex::testing::children_of(::getpid());
  const auto error = error_of<codex::TimeoutError>([&] {
    const RuntimeServer server(
        {.codex_bin = path.string(), .startup_timeout = 15s, .shutdown_timeout = 100ms});
  });
  REQUIRE(error);
  CHECK(contains(error->what(), "startup_timeout"));
  CHECK(contains(error->what(), "starting"));
  CHECK(codex::testing::children_of(::getpid()) == before);
}

TEST_CASE("large messages pass in both directions, and one that is too large fails alone") {
  MockModel mock;
  const RuntimeServer server = serve(mock);
  auto config = server.config();
  const auto log = mock.workspace() / "wire.jsonl";
  config.wire_log = log.string();
  face::Codex codex(config);
  const auto path = (mock.workspace() / "large").string();
  // More than a frame may have, and more than Beast takes by default.
  const std::string content(24 * 1024 * 1024, 'A');
  codex.request<requests::FsWriteFile>({.data_base64 = content, .path = path});
  CHECK(std::filesystem::file_size(path) == content.size() / 4 * 3);
  CHECK(codex.request<requests::FsReadFile>({.path = path}).data_base64 == content);

  const std::string too_large(65 * 1024 * 1024, 'A');
  const auto error = error_of<codex::CodexError>(
      [&] { codex.request<requests::FsWriteFile>({.data_base64 = too_large, .path = path}); });
  REQUIRE(error);
  CHECK(contains(error->what(), "67108864"));
  CHECK(codex.is_open());
  codex.close();
  // What is in the log was sent.
  std::ifstream lines(log);
  int writes = 0;
  for (std::string line; std::getline(lines, line);) {
    if (contains(line.substr(0, 200), "fs/writeFile")) ++writes;
  }
  CHECK(writes == 1);
}

TEST_CASE("what was sent just before close arrives" * face::once) {
  const SilentListener listener;
  std::string received;
  std::thread server([&] {
    const codex::detail::Descriptor peer = listener.accept_upgraded();
    std::array<char, 4096> chunk{};
    for (ssize_t size = 0; (size = ::read(peer.get(), chunk.data(), chunk.size())) > 0;) {
      received.append(chunk.data(), static_cast<std::size_t>(size));
    }
  });
  const auto transport = codex::detail::connect_websocket(
      {.endpoint = codex::detail::parse_endpoint(listener.endpoint(), {}),
       .deadline = codex::testing::soon()});
  constexpr std::size_t size = 100;
  transport->send(std::string(size, ' ') + "\n");
  transport->close();
  server.join();
  CHECK(received.size() == 2 + 4 + size);  // a header, a mask, and the message
}

TEST_CASE("what has arrived is read although a write fails first" * face::once) {
  const SilentListener listener;
  std::thread server([&] {
    const codex::detail::Descriptor peer = listener.accept_upgraded();
    for (const char* message : {"\x81\x07{\"a\":1}", "\x81\x07{\"b\":2}"}) {
      (void)!::write(peer.get(), message, 9);
    }
  });
  struct Collector final : codex::Transport::Receiver {
    void message(std::string text) override { messages.push_back(std::move(text)); }
    void outline(std::string, std::size_t) override {}
    void noise(std::string_view) override {}
    void broken(std::string) override {}
    [[nodiscard]] std::size_t max_message_bytes() const noexcept override { return 1000; }
    std::vector<std::string> messages;
  } collector;
  const auto transport = codex::detail::connect_websocket(
      {.endpoint = codex::detail::parse_endpoint(listener.endpoint(), {}),
       .deadline = codex::testing::soon()});
  server.join();  // and the peer is gone
  transport->send("{\"id\":1}\n");
  transport->send("{\"id\":2}\n");
  const auto deadline = codex::testing::soon();
  while (transport->receive(collector, deadline) && codex::detail::Clock::now() < deadline) {
  }
  CHECK(collector.messages == std::vector<std::string>{R"({"a":1})", R"({"b":2})"});
  transport->close();
}

TEST_CASE("a runtime that is killed ends the turns of clients that do not reconnect") {
  MockModel mock;
  Gate gate;
  mock.on_request(
      [gate](const codex::testing::ModelRequest&) { return Reply("never").wait_for(gate); });
  const RuntimeServer server = serve(mock);
  auto config = server.config();
  config.reconnect.max_attempts = 0;
  std::promise<std::string> told;
  config.on_connection = [&](const codex::ConnectionChange& change) {
    told.set_value(change.reason);
  };
  face::Codex codex(config);
  auto thread = codex.thread_start();
  auto turn = thread.turn("hello");
  REQUIRE(gate.wait_reached(60s));
  ::kill(static_cast<pid_t>(server.process_id()), SIGKILL);
  const auto error = error_of<codex::TransportClosedError>([&] { (void)turn.run(); });
  REQUIRE(error);
  CHECK(error->collected());
  CHECK(contains(error->what(), server.endpoint()));
  CHECK_FALSE(codex.is_open());
  auto reason = told.get_future();
  REQUIRE(reason.wait_for(60s) == std::future_status::ready);
  CHECK(contains(reason.get(), server.endpoint()));
}

TEST_CASE("a runtime that gives no sign of life is given up" * face::once) {
  MockModel mock;
  const RuntimeServer server = serve(mock);
  struct Nothing final : codex::Transport::Receiver {
    void message(std::string) override {}
    void outline(std::string, std::size_t) override {}
    void noise(std::string_view) override {}
    void broken(std::string) override {}
    [[nodiscard]] std::size_t max_message_bytes() const noexcept override { return 1000; }
  } nothing;
  std::unique_ptr<codex::Transport> transport;
  bool is_there = false;
  for (auto silence = 100ms; !is_there && silence < 5s;
       silence *= 2) {  // a slow machine needs more
    if (transport) transport->close();
    transport = codex::detail::connect_websocket(
        {.endpoint = codex::detail::parse_endpoint(server.endpoint(), {}),
         .deadline = codex::testing::soon(),
         .silence = silence});
    const auto quiet = codex::detail::Clock::now() + 10 * silence;
    do {
      is_there = transport->receive(nothing, quiet);
    } while (is_there && codex::detail::Clock::now() < quiet);
  }
  REQUIRE(is_there);  // it answers pings
  const auto pid = static_cast<pid_t>(server.process_id());
  ::kill(pid, SIGSTOP);
  const auto deadline = codex::testing::soon();
  while (is_there && codex::detail::Clock::now() < deadline) {
    is_there = transport->receive(nothing, deadline);
  }
  ::kill(pid, SIGCONT);
  CHECK_FALSE(is_there);
  CHECK(contains(transport->end().reason, "no sign of life"));
  transport->close();
}

TEST_CASE("a runtime server ends its runtime, and says where it cannot listen" * face::once) {
  MockModel mock;
  SUBCASE("close ends it") {
    RuntimeServer server = serve(mock);
    const codex::testing::ProcessWatch watch(static_cast<pid_t>(server.process_id()));
    server.close();
    server.close();
    CHECK_FALSE(server.is_open());
    CHECK(watch.ends_by(codex::testing::soon()));
  }
  SUBCASE("the destructor, too, and a new one takes its place") {
    RuntimeServer server = serve(mock);
    const codex::testing::ProcessWatch watch(static_cast<pid_t>(server.process_id()));
    server = serve(mock);
    CHECK(watch.ends_by(codex::testing::soon()));
    CHECK(server.is_open());
  }
  SUBCASE("a child of fork leaves it alone") {
    auto server = std::make_unique<RuntimeServer>(serve(mock));
    const auto destroys = [&] {
      server.reset();
      return codex::testing::all_well;
    };
    CHECK(codex::testing::in_child(destroys) == codex::testing::all_well);
    const face::Codex codex(server->config());
    CHECK(server->is_open());
  }
  SUBCASE("one that was moved from says so") {
    RuntimeServer first = serve(mock);
    const RuntimeServer second = std::move(first);
    CHECK(second.is_open());
    CHECK_FALSE(first.is_open());  // NOLINT(bugprone-use-after-move)
    CHECK(error_of<codex::CodexError>([&] { (void)first.endpoint(); }));
    first.close();
  }
  SUBCASE("a folder that is not there") {
    const auto error =
        error_of<codex::CodexError>([&] { (void)serve(mock, "unix:///no/such/folder/x.sock"); });
    REQUIRE(error);
    CHECK(contains(error->what(), "No such file"));
  }
  SUBCASE("where another runtime listens") {
    const RuntimeServer first = serve(mock);
    const auto error = error_of<codex::CodexError>([&] { (void)serve(mock, first.endpoint()); });
    REQUIRE(error);
    CHECK(contains(error->what(), "another runtime"));
    CHECK(first.is_open());
  }
  SUBCASE("a relative path") {
    CHECK(error_of<codex::CodexError>([&] { (void)serve(mock, "unix://here.sock"); }));
  }
  SUBCASE("an environment that is none") {
    auto options = server_options(mock);
    options.env["A=B"] = "c";
    CHECK(error_of<codex::CodexError>([&] { const RuntimeServer server(options); }));
  }
  SUBCASE("an address that others reach, without a token") {
    const auto error = error_of<codex::CodexError>([&] { (void)serve(mock, "ws://0.0.0.0:0"); });
    REQUIRE(error);
    CHECK(contains(error->what(), "without auth"));
  }
  SUBCASE("no endpoint") {
    CHECK(error_of<codex::CodexError>([&] { (void)serve(mock, "tcp://127.0.0.1:0"); }));
  }
}

TEST_CASE("a runtime that is kept alive outlives a program that is killed" * face::once) {
  int orders[2];
  int answers[2];
  REQUIRE(::pipe2(orders, O_CLOEXEC) == 0);
  REQUIRE(::pipe2(answers, O_CLOEXEC) == 0);
  // Before the mock has threads: what they have locked at a fork stays locked in the child.
  const pid_t program = ::fork();
  if (program == 0) serve_as_ordered(orders[0], answers[1]);
  REQUIRE(program > 0);
  const codex::detail::Descriptor to_program(orders[1]);
  const codex::detail::Descriptor from_program(answers[0]);
  ::close(orders[0]);
  ::close(answers[1]);

  MockModel mock;
  mock.reply("still here");
  const auto options = server_options(mock);
  codex::Json order{{"codex_bin", options.codex_bin.value_or("")},
                    {"cwd", options.cwd.value_or("")},
                    {"env", options.env},
                    {"temporary", mock.workspace().string()}};
  std::optional<std::string> bearer_token;
  SUBCASE("on a socket of its own") {}
  SUBCASE("on TCP, with a token") {
    bearer_token = token;
    order["bearer_token"] = token;
  }
  const std::string text = order.dump() + "\n";
  const bool ordered =
      ::write(to_program.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const std::string line = read_line(from_program.get());
  ::kill(program, SIGKILL);
  REQUIRE(::waitpid(program, nullptr, 0) == program);
  REQUIRE(ordered);
  INFO(line);
  REQUIRE(contains(line, "://"));

  const auto pid = static_cast<pid_t>(std::stol(line));
  const std::string endpoint = line.substr(line.find(' ') + 1);
  const codex::testing::ProcessWatch watch(pid);
  {
    face::Codex codex({.endpoint = endpoint, .bearer_token = bearer_token});
    CHECK(codex.thread_start().run("hello").final_response == "still here");
  }
  CHECK(::getpgid(pid) == pid);
  ::kill(pid, SIGTERM);
  CHECK(watch.ends_by(codex::testing::soon()));
  ::kill(-pid, SIGKILL);
}

TEST_CASE("a runtime that is kept alive outlives its object, and close ends it" * face::once) {
  MockModel mock;
  auto options = server_options(mock);
  options.keep_alive = true;
  std::optional<RuntimeServer> server(options);
  const std::string endpoint = server->endpoint();
  const auto pid = static_cast<pid_t>(server->process_id());
  const codex::testing::ProcessWatch watch(pid);
  SUBCASE("close") {
    server->close();
    CHECK_FALSE(server->is_open());
    CHECK(watch.ends_by(codex::testing::soon()));
    server.reset();
    CHECK_FALSE(std::filesystem::exists(endpoint.substr(std::string("unix://").size())));
  }
  SUBCASE("the destructor leaves it, and no zombie of it") {
    server.reset();
    CHECK(face::Codex({.endpoint = endpoint}).is_open());
    CHECK_FALSE(codex::testing::children_of(::getpid()).contains(pid));
    ::kill(pid, SIGTERM);
    CHECK(watch.ends_by(codex::testing::soon()));
    const std::filesystem::path socket = endpoint.substr(std::string("unix://").size());
    CHECK(std::filesystem::remove_all(socket.parent_path()) > 0);
  }
  SUBCASE("what it writes is in its log") {
    std::filesystem::path log = endpoint.substr(std::string("unix://").size());
    log = log.parent_path() / "stderr.log";
    std::ofstream(log, std::ios::app) << "something went wrong\n";
    CHECK(contains(server->stderr_tail(), "something went wrong"));
    server->close();
  }
  SUBCASE("one that cannot listen is ended, and says why") {
    server->close();
    options.listen = "ws://0.0.0.0:0";
    const auto error = error_of<codex::CodexError>([&] { const RuntimeServer other(options); });
    REQUIRE(error);
    CHECK(contains(error->what(), "without auth"));
  }
}

TEST_CASE("a port is found in whatever else a runtime writes" * face::once) {
  MockModel mock;
  mock.reply("hi");
  auto options = server_options(mock);
  const std::string real = options.codex_bin.value_or(codex::testing::runtime_bin());
  const auto path = mock.workspace() / "talkative";
  std::ofstream(path) << "#!/bin/sh\n"
                         "i=0; while [ $i -lt 500 ]; do echo \"line $i of a log\" >&2; i=$((i+1)); "
                         "done\nexec '" +
                             real +
                             "' \"$@\" 2>&1 >/dev/null | while read -r line; do "
                             "echo \"$line\" >&2; i=0; while [ $i -lt 60 ]; do echo more >&2; "
                             "i=$((i+1)); done; done\n";
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  options.codex_bin = path.string();
  options.listen = any_port;
  SUBCASE("as a child") {}
  SUBCASE("kept alive") { options.keep_alive = true; }
  RuntimeServer server(options);
  {
    face::Codex codex({.endpoint = server.endpoint()});
    CHECK(codex.thread_start().run("hello").final_response == "hi");
  }
  server.close();
}

TEST_CASE("one deadline holds for the connection and for the handshake" * face::once) {
  const SilentListener listener;
  const auto before = codex::detail::Clock::now();
  constexpr auto time = 12s;
  std::thread server([&] {
    std::this_thread::sleep_for(time / 2);
    const codex::detail::Descriptor peer = listener.accept_upgraded();
    char byte = 0;
    while (::read(peer.get(), &byte, 1) > 0) {  // and never answers
    }
  });
  const auto error = error_of<codex::TimeoutError>([&] {
    face::Codex codex({.startup_timeout = time, .endpoint = listener.endpoint()});
    (void)codex.metadata();
  });
  const auto took = codex::detail::Clock::now() - before;
  server.join();
  REQUIRE(error);
  // Twice the time would end at the earliest half a deadline later.
  CHECK(took < time + time / 2);
}

TEST_CASE("unix:// is the socket of CODEX_HOME, and long names work through the runtime's link") {
  MockModel mock;
  mock.reply("hi");
  std::string listen = "unix://";
  SUBCASE("the default") {}
  SUBCASE("a long name") {
    const auto folder = mock.workspace() / std::string(120, 'x');
    std::filesystem::create_directories(folder);
    listen += (folder / "a.sock").string();
  }
  const RuntimeServer server = serve(mock, listen);
  face::Codex codex(server.config());
  CHECK(codex.thread_start().run("hello").final_response == "hi");
}

TEST_SUITE_END();
