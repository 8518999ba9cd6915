// Endpoints behind TLS: stunnel in front of the runtime's port.

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/types.h>
#include <thread>

#include <doctest/doctest.h>

#include <codex/codex.hpp>
#include <codex/protocol.hpp>
#include <codex/runtime_server.hpp>
#include <codex/testing.hpp>

#include "support/face.hpp"
#include "support/far_ends.hpp"
#include "support/messages.hpp"
#include "support/serve.hpp"

using codex::testing::contains;
using codex::testing::error_of;
using codex::testing::MockModel;
using codex::testing::serve;
using codex::testing::TlsEnd;
using namespace std::chrono_literals;

namespace {

constexpr const char* token = "tok-3f9a1c77e05b4d2c9a80";

std::string port_of(const codex::RuntimeServer& server) {
  return server.endpoint().substr(server.endpoint().rfind(':') + 1);
}

codex::CodexConfig config_of(const TlsEnd& end, const std::string& host = "localhost") {
  return {.endpoint = "wss://" + host + ":" + std::to_string(end.port()),
          .bearer_token = token,
          .ca_file = end.ca_file()};
}

/// What the client's constructor throws.
std::string refusal(const codex::CodexConfig& config) {
  const auto error = error_of<codex::CodexError>([&] {
    face::Codex codex(config);
    (void)codex.metadata();
  });
  REQUIRE(error);
  CHECK_FALSE(contains(error->what(), token));
  return error->what();
}

bool is_stopped(const std::filesystem::path& thread) {
  std::ifstream stat(thread / "stat");
  std::string text;
  std::getline(stat, text);
  const auto name_end = text.rfind(')');
  return name_end == std::string::npos || text.compare(name_end, 3, ") T") == 0;
}

/// Stops all of its threads: a signal alone lets the others run until one has taken it.
void stop(pid_t process) {
  ::kill(process, SIGSTOP);
  const auto deadline = codex::testing::soon();
  const std::filesystem::directory_iterator threads("/proc/" + std::to_string(process) + "/task");
  for (const auto& thread : threads) {
    while (!is_stopped(thread.path()) && codex::detail::Clock::now() < deadline) {
      std::this_thread::sleep_for(1ms);
    }
    REQUIRE(is_stopped(thread.path()));
  }
}

}  // namespace

TEST_SUITE_BEGIN("endpoints" * face::own_transport);

TEST_CASE("a turn runs over TLS, and large messages pass") {
  MockModel mock;
  mock.reply("hi");
  const auto server = serve(mock, "ws://127.0.0.1:0", token);
  const TlsEnd end(port_of(server));
  auto config = config_of(end);
  std::string host = "localhost";
  SUBCASE("a name, and a file of authorities") {}
  SUBCASE("an address") { config = config_of(end, "127.0.0.1"); }
  SUBCASE("the system's authorities, as OpenSSL is told") {
    ::setenv("SSL_CERT_FILE", end.ca_file().c_str(), 1);
    config.ca_file.reset();
  }
  {
    face::Codex codex(config);
    CHECK(codex.thread_start().run("hello").final_response == "hi");
    const auto path = (mock.workspace() / "large").string();
    const std::string content(4 * 1024 * 1024, 'A');
    codex.request<codex::protocol::requests::FsWriteFile>({.data_base64 = content, .path = path});
    CHECK(codex.request<codex::protocol::requests::FsReadFile>({.path = path}).data_base64 ==
          content);
  }
  ::unsetenv("SSL_CERT_FILE");
  CHECK(server.is_open());
}

TEST_CASE("a certificate that proves nothing ends the handshake, and the error says why") {
  MockModel mock;
  const auto server = serve(mock, "ws://127.0.0.1:0", token);
  SUBCASE("an authority that nobody trusts") {
    const TlsEnd end(port_of(server));
    auto config = config_of(end);
    config.ca_file.reset();
    const auto what = refusal(config);
    CHECK_MESSAGE(contains(what, "is not trusted: nobody that is trusted here has signed"), what);
    CHECK_MESSAGE(contains(what, "CodexConfig::ca_file"), what);
  }
  SUBCASE("an authority that is not the one of the file") {
    const TlsEnd end(port_of(server));
    const TlsEnd other(port_of(server));
    auto config = config_of(end);
    config.ca_file = other.ca_file();
    const auto what = refusal(config);
    CHECK_MESSAGE(contains(what, "nobody that is trusted here"), what);
  }
  SUBCASE("another host") {
    const TlsEnd end(port_of(server), "DNS:elsewhere.example");
    const auto what = refusal(config_of(end));
    CHECK_MESSAGE(contains(what, "for another host than \"localhost\""), what);
  }
  SUBCASE("another address") {
    const TlsEnd end(port_of(server), "DNS:127.0.0.1,IP:127.0.0.2");
    const auto what = refusal(config_of(end, "127.0.0.1"));
    CHECK_MESSAGE(contains(what, "for another host than \"127.0.0.1\""), what);
  }
  SUBCASE("one that has expired") {
    const TlsEnd end(port_of(server), "DNS:localhost", -1);
    const auto what = refusal(config_of(end));
    CHECK_MESSAGE(contains(what, "has expired"), what);
  }
}

TEST_CASE("what is no TLS end, or cannot be used, is one error that says so") {
  MockModel mock;
  const auto server = serve(mock, "ws://127.0.0.1:0", token);
  SUBCASE("a runtime itself") {
    const auto what =
        refusal({.startup_timeout = 20s, .endpoint = "wss://127.0.0.1:" + port_of(server)});
    CHECK_MESSAGE(contains(what, "does not speak TLS"), what);
  }
  SUBCASE("a TLS end that has lost its runtime") {
    const TlsEnd end("1");
    const auto what = refusal(config_of(end));
    CHECK_MESSAGE(contains(what, "is no codex app-server"), what);
  }
  SUBCASE("plain text to a TLS end") {
    const TlsEnd end(port_of(server));
    const auto what = refusal(
        {.startup_timeout = 20s, .endpoint = "ws://127.0.0.1:" + std::to_string(end.port())});
    CHECK_MESSAGE(contains(what, "is no codex app-server"), what);
  }
  SUBCASE("a file of authorities that is not there") {
    const TlsEnd end(port_of(server));
    auto config = config_of(end);
    config.ca_file = "/no/such/file.pem";
    const auto what = refusal(config);
    CHECK_MESSAGE(contains(what, "CodexConfig::ca_file \"/no/such/file.pem\""), what);
  }
  SUBCASE("a file without a certificate") {
    const TlsEnd end(port_of(server));
    auto config = config_of(end);
    config.ca_file = (mock.workspace() / "empty.pem").string();
    std::ofstream(*config.ca_file) << "nothing\n";
    CHECK(contains(refusal(config), "CodexConfig::ca_file"));
  }
  SUBCASE("another token") {
    const TlsEnd end(port_of(server));
    auto config = config_of(end);
    config.bearer_token = "tok-of-somebody-else";
    const auto what = refusal(config);
    CHECK_MESSAGE(contains(what, "401"), what);
    CHECK_FALSE(contains(what, "tok-"));
  }
}

TEST_CASE("a handshake that takes too long ends in time" * face::once) {
  MockModel mock;
  const auto server = serve(mock, "ws://127.0.0.1:0", token);
  // It takes connections, and says nothing: the runtime waits for the rest of the request.
  codex::CodexConfig config{.startup_timeout = 300ms,
                            .endpoint = "wss://127.0.0.1:" + port_of(server)};
  const TlsEnd end(port_of(server));
  stop(static_cast<pid_t>(server.process_id()));
  const auto before = codex::detail::Clock::now();
  const auto error = error_of<codex::TimeoutError>([&] { const face::Codex codex(config); });
  ::kill(static_cast<pid_t>(server.process_id()), SIGCONT);
  REQUIRE(error);
  CHECK(contains(error->what(), "startup_timeout"));
  CHECK(codex::detail::Clock::now() - before < codex::testing::at_once);
}

TEST_SUITE_END();
