// The calls that the API has promised for its second part, as its users wrote them down. It is
// compiled, not run.

#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <codex/async.hpp>
#include <codex/codex.hpp>
#include <codex/runtime_server.hpp>

using namespace std::chrono_literals;

// --- attach, host, reconnect
// ----------------------------------------------------------------------

void attach(const std::string& token) {
  const codex::Codex local(codex::CodexConfig{.endpoint = "unix:///run/agent.sock"});
  const codex::Codex remote(
      codex::CodexConfig{.endpoint = "ws://127.0.0.1:4500", .bearer_token = token});
  const codex::Codex other(codex::CodexConfig{.endpoint = "ssh://dev@build-7"});
}

void host() {
  codex::RuntimeServer server({.listen = "unix:///run/agent.sock"});
  const codex::Codex codex(server.config());
  std::cout << server.endpoint() << server.process_id();
  server.close();
}

void host_with_all_options() {
  const codex::RuntimeServer server({.listen = "ws://127.0.0.1:0",
                                     .bearer_token = "token",
                                     .codex_bin = "/opt/codex",
                                     .config_overrides = {},
                                     .cwd = "/repo",
                                     .env = {},
                                     .startup_timeout = 10s,
                                     .shutdown_timeout = 2s,
                                     .keep_alive = true});
}

codex::CodexConfig reconnecting() {
  return {.on_connection =
              [](const codex::ConnectionChange& change) {
                if (change.state == codex::ConnectionState::lost) std::cout << change.reason;
                if (change.state == codex::ConnectionState::restored) std::cout << "back";
                if (change.state == codex::ConnectionState::gone) std::cout << "gone";
              },
          .endpoint = "unix://",
          .reconnect = codex::Reconnect{.max_attempts = 10,
                                        .initial_delay = 100ms,
                                        .max_delay = 5s,
                                        .ping_interval = 15s,
                                        .give_up_after = 10min}};
}

void share(codex::Codex& codex, const std::string& id) {
  auto thread = codex.thread(id);
  std::optional<codex::TurnHandle> turn = thread.current_turn();
  try {
    if (turn) std::cout << turn->run().final_response.value_or("");
  } catch (const codex::TurnLostError& error) {
    if (error.collected()) std::cout << error.collected()->items.size();
  } catch (const codex::InterruptedWork& error) {
    std::cout << error.what();
  }
}

codex::Task<void> share_async(codex::AsyncCodex& codex, std::string id) {
  auto thread = co_await codex.thread(id);
  std::optional<codex::AsyncTurnHandle> turn = co_await thread.current_turn();
  if (turn) (void)co_await turn->run();
}

codex::CodexConfig left_alone() {
  return {.unhandled = codex::Unhandled::leave, .endpoint = "unix://"};
}

/// A transport of the app's own.
class Nowhere : public codex::Transport {
 public:
  bool receive(Receiver&, std::chrono::steady_clock::time_point) override { return false; }
  void wake() noexcept override {}
  void send(std::string_view) override {}
  void close() noexcept override {}
};

codex::CodexConfig own_transport() {
  return {.transport = [] { return std::make_unique<Nowhere>(); }};
}
