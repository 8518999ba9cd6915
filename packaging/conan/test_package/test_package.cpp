// Decodes a message. With codex::testing it also runs a turn: on the real runtime with a mock of
// the model if there is a runtime, and on a scripted one.

#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

#include <codex/codex.hpp>
#include <codex/protocol.hpp>
#if __has_include(<codex/testing.hpp>)
#include <codex/testing.hpp>
#endif

namespace {

void expect(std::string_view what, const std::string& got, std::string_view wanted) {
  std::cout << what << ": " << got << '\n';
  if (got != wanted) throw std::runtime_error("expected " + std::string(wanted));
}

std::string decoded() {
  const auto item = codex::protocol::decode<codex::protocol::ThreadItem>(
      R"({"type":"agentMessage","id":"1","text":"decoded"})");
  return item.as<codex::protocol::AgentMessageThreadItem>()->text;
}

#if __has_include(<codex/testing.hpp>)
std::string answer(const codex::CodexConfig& config) {
  codex::Codex codex(config);
  return codex.thread_start().run("Hi").final_response.value_or("(none)");
}

void run_turns() {
  try {
    codex::testing::MockModel model;
    model.reply("from the mock model");
    expect("real runtime", answer(model.config()), "from the mock model");
  } catch (const codex::RuntimeNotFoundError&) {
    std::cout << "real runtime: there is none here; codex-fetch-runtime fetches it\n";
  }
  codex::testing::ScriptedServer server;
  server.on("turn/start", codex::testing::Answer{}.turn("from the script"));
  expect("scripted runtime", answer(server.config()), "from the script");
}
#else
void run_turns() { std::cout << "codex-sdk " << codex::sdk_version() << '\n'; }
#endif

}  // namespace

int main() {
  try {
    expect("protocol", decoded(), "decoded");
    run_turns();
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
