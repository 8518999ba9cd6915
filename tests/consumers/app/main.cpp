// A small program that uses the whole SDK, like yours: it decodes, runs a turn on the real runtime
// and one on a scripted one. The projects next to it differ in how they find the SDK.

#include <exception>
#include <iostream>
#include <string_view>

#include <codex/codex.hpp>
#include <codex/protocol.hpp>
#include <codex/testing.hpp>

namespace {

std::string decoded() {
  const auto item = codex::protocol::decode<codex::protocol::ThreadItem>(
      R"({"type":"agentMessage","id":"1","text":"decoded"})");
  return item.as<codex::protocol::AgentMessageThreadItem>()->text;
}

std::string answer(const codex::CodexConfig& config) {
  codex::Codex codex(config);
  return codex.thread_start().run("Hi").final_response.value_or("(none)");
}

void expect(std::string_view what, std::string_view got, std::string_view wanted) {
  std::cout << what << ": " << got << std::endl;
  if (got != wanted) throw std::runtime_error("expected " + std::string(wanted));
}

}  // namespace

/// For code that has to compile with more than one version of the SDK.
#if CODEX_SDK_VERSION_MAJOR == 0 && CODEX_SDK_VERSION_MINOR < 169
#error "the version of the SDK is older than this program"
#endif

int main() {
  try {
    if (codex::sdk_version() != CODEX_SDK_VERSION)
      throw std::runtime_error("two versions of one SDK");
    expect("protocol", decoded(), "decoded");

    codex::testing::MockModel model;
    model.reply("from the mock");
    expect("runtime", answer(model.config()), "from the mock");

    codex::testing::ScriptedServer server;
    server.on("turn/start", codex::testing::Answer{}.turn("from the script"));
    expect("scripted", answer(server.config()), "from the script");

    // An error that the library throws is caught by its type here.
    try {
      answer({.codex_bin = "/nowhere/codex"});
    } catch (const codex::RuntimeNotFoundError&) {
      std::cout << "error: caught" << std::endl;
    }
  } catch (const std::exception& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
}
