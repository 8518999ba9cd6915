// A runtime that listens, and clients that attach to it: over TCP, and over a unix socket where
// there are any (wine 8 has none).

#include <winsock2.h>

#include <string>

#include <doctest/doctest.h>

#include <codex/async.hpp>
#include <codex/codex.hpp>
#include <codex/runtime_server.hpp>
#include <codex/testing.hpp>

#include "support/messages.hpp"
#include "support/processes.hpp"
#include "support/serve.hpp"

namespace codex::testing {
namespace {

constexpr const char* any_port = "ws://127.0.0.1:0";

bool has_unix_sockets() {
  WSADATA data;
  if (::WSAStartup(MAKEWORD(2, 2), &data) != 0) return false;
  const SOCKET socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  const bool has_them = socket != INVALID_SOCKET;
  if (has_them) ::closesocket(socket);
  ::WSACleanup();
  return has_them;
}

}  // namespace

TEST_CASE("two clients share a runtime that listens, which ends with its server") {
  MockModel model;
  model.reply("one");
  model.reply("two");
  auto server = serve(model, any_port, "tok-3f9a1c77e05b4d2c9a80");
  const ProcessWatch runtime(server.process_id());
  {
    Codex first(server.config());
    const Thread thread = first.thread_start();
    CHECK(thread.run("first").final_response == "one");
    Codex second(server.config());
    CHECK(second.thread_resume(thread.id()).run("second").final_response == "two");
  }
  CHECK_FALSE(runtime.ends_by(codex::detail::Clock::now()));
  server.close();
  CHECK(runtime.ends_by(soon()));
}

TEST_CASE("a client attaches by a unix socket" * doctest::skip(!has_unix_sockets())) {
  MockModel model;
  model.reply("hello");
  const auto server = serve(model);
  CHECK(server.endpoint().starts_with("unix://"));
  Codex codex(server.config());
  CHECK(codex.thread_start().run("hi").final_response == "hello");
}

TEST_CASE("who has another token is not let in") {
  MockModel model;
  const auto server = serve(model, any_port, "tok-3f9a1c77e05b4d2c9a80");
  CodexConfig config = server.config();
  config.bearer_token = "another";
  CHECK_THROWS_AS(Codex{config}, CodexError);
}

TEST_CASE("a client of coroutines attaches as well") {
  MockModel model;
  model.reply("hello");
  const auto server = serve(model, any_port);
  AsyncCodex codex(server.config());
  const auto talk = [&]() -> Task<std::string> {
    co_await codex.start();
    const auto thread = co_await codex.thread_start();
    const auto result = co_await thread.run("hi");
    co_return result.final_response.value_or("");
  };
  CHECK(sync_wait(talk()) == "hello");
  sync_wait(codex.close());
}

}  // namespace codex::testing
