#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <codex/display_command.hpp>
#include <codex/protocol/everyday.hpp>

namespace codex {

TEST_CASE("a command is shown without the shell that the runtime puts around it") {
  const std::vector<std::pair<std::string, std::string>> shown = {
      {"/bin/bash -lc 'ls -la'", "ls -la"},
      {"bash -lc ls", "ls"},
      {"/usr/bin/zsh -c \"echo \\\"a\\\" \\$b\"", "echo \"a\" $b"},
      {"sh -c 'it'\"'\"'s'", "it's"},
      {"sh -c 'it'\\''s'", "it's"},
      {"bash -lc 'printf \"a\\n\" | wc -l > x'", "printf \"a\\n\" | wc -l > x"},
      {"bash -lc 'two\nlines'", "two\nlines"},
      {"bash -lc 'grüße'", "grüße"},
      {"bash -lc ''", ""},
  };
  for (const auto& [line, command] : shown) CHECK(display_command(line) == command);
}

TEST_CASE("a command that is not exactly one shell with one script is shown as it is") {
  for (const std::string line :
       {"ls -la", "", "bash", "bash -lc", "bash -lc 'a' b", "bash -lc 'a", "bash -x -c 'a'",
        "/tmp/bash -lc 'a'", "bash -lc $(x)", "bash -lc 'a'; rm b", "bash -lc \"a", "bashx -lc a",
        "sudo bash -lc 'a'"}) {
    INFO(line);
    CHECK(display_command(line) == line);
  }
}

TEST_CASE("the command of an item is shown so, and an item that is none shows nothing") {
  const auto item = protocol::decode<protocol::ThreadItem>(
      R"({"type":"commandExecution","id":"i","command":"bash -lc 'ls'","cwd":"/",)"
      R"("status":"completed","commandActions":[]})");
  CHECK(display_command(item) == "ls");
  CHECK(display_command(*item.as<protocol::CommandExecutionThreadItem>()) == "ls");
  CHECK(display_command(protocol::ThreadItem(
            protocol::AgentMessageThreadItem{.id = "i", .text = "bash -lc 'ls'"})) == "");
}

}  // namespace codex
