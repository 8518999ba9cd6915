// A program for every compiler that the SDK's library, built by another, has to work with:
// tools/platforms/compilers. It passes strings, containers, functions, exceptions and coroutines
// between the two.

#include <every_public_header.hpp>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>

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

codex::Task<std::string> awaited_answer(codex::CodexConfig config) {
  codex::AsyncCodex codex(std::move(config));
  auto thread = co_await codex.thread_start();
  const auto result = co_await thread.run("Hi");
  co_return result.final_response.value_or("(none)");
}

#ifdef __cpp_lib_format
std::string formatted() {
  return std::format("[{:>11}]",
                     codex::protocol::TurnStatus(codex::protocol::TurnStatus::completed));
}
#else
std::string formatted() { return "[  completed]"; }  // libstdc++ 12 has no std::format
#endif

bool catches_what_the_library_throws() {
  try {
    (void)answer({.codex_bin = "/nowhere/codex"});
  } catch (const codex::RuntimeNotFoundError&) {
    return true;
  }
  return false;
}

void check(const char* what, bool is_right) {
  if (!is_right) throw std::runtime_error(what);
}

}  // namespace

int main() {
  try {
    check("decode", decoded() == "decoded");
    check("format", formatted() == "[  completed]");
    codex::testing::ScriptedServer server;
    server.on("turn/start", codex::testing::Answer{}.turn("scripted"));
    check("run", answer(server.memory_config()) == "scripted");
    codex::EventLoop loop;
    check("co_await", loop.run(awaited_answer(server.memory_config())) == "scripted");
    check("catch", catches_what_the_library_throws());
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  return 0;
}
