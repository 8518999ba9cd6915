// Secrets sent to the real runtime and back: what others can read, and what errors show.

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>
#include <vector>

#include <doctest/doctest.h>

#include <codex/codex.hpp>
#include <codex/testing.hpp>

#include "os/descriptor.hpp"
#include "support/messages.hpp"
#include "testing/temp_dir.hpp"

using codex::Json;
using codex::testing::contains;
using codex::testing::MockModel;
using codex::testing::ModelRequest;
using codex::testing::Reply;

namespace {

constexpr const char* secret = "hunter2-hunter2-hunter2";
const std::string key = std::string("sk-") + "proj-AbCdEf0123456789AbCdEf";  // no scanner's find

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The command lines of the processes that this one has started, and of theirs.
std::string command_lines_below(long pid) {
  std::string lines;
  const std::filesystem::path tasks = "/proc/" + std::to_string(pid) + "/task";
  std::error_code gone;
  for (const auto& task : std::filesystem::directory_iterator(tasks, gone)) {
    std::ifstream children(task.path() / "children");
    for (long child = 0; children >> child;) {
      lines += text_of("/proc/" + std::to_string(child) + "/cmdline") + "\n";
      lines += command_lines_below(child);
    }
  }
  return lines;
}

/// The status of a request for the models, with these headers and no others.
std::string status_of(const std::string& port, const std::string& headers) {
  const codex::detail::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(port)));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
          0);
  const std::string request = "GET /v1/models HTTP/1.1\r\n" + headers + "\r\n";
  REQUIRE(::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL) > 0);
  std::string answer;
  char piece[512];
  for (ssize_t count = 0; (count = ::recv(socket.get(), piece, sizeof piece, 0)) > 0;) {
    answer.append(piece, static_cast<std::size_t>(count));
  }
  return answer.substr(std::min(answer.find(' ') + 1, answer.size()), 3);
}

const std::string provider_of_mock = "model_providers.mock_provider.";

std::string authorization(const MockModel& mock) {
  const auto headers = mock.last_request().headers;
  const auto found = headers.find("authorization");
  return found == headers.end() ? "" : found->second;
}

}  // namespace

TEST_CASE("a config override that looks like a secret is refused, and not repeated") {
  MockModel mock;
  for (const std::string& setting : std::vector<std::string>{
           provider_of_mock + "experimental_bearer_token=\"" + secret + "\"",
           provider_of_mock + "http_headers={ Authorization = \"token " + secret + "\" }",
           provider_of_mock + "http_headers={ \"X-Api-Key\" = \"" + secret + "\" }",
           provider_of_mock + "base_url=\"https://me:" + secret + "@localhost/v1\"",
           std::string("mcp_servers.x.env={ GITHUB_TOKEN = \"") + secret + "\" }",
           "mcp_servers.x.args=[\"--api-key\", \"" + std::string(secret) + "\"]",
           "mcp_servers.x.args=[\"" + key + "\"]"}) {
    auto config = mock.config();
    config.config_overrides = {"model=\"m\"", setting};
    try {
      const codex::Codex codex(config);
      FAIL("was accepted: " << setting);
    } catch (const codex::CodexError& error) {
      CHECK(contains(error.what(), "config_overrides[1] looks like a secret"));
      CHECK(contains(error.what(), "CodexConfig::env"));
      CHECK_FALSE(contains(error.what(), secret));
      CHECK_FALSE(contains(error.what(), key));
    }
  }
}

TEST_CASE("a secret reaches the model by the environment, and stands on no command line") {
  MockModel mock;
  mock.reply("hi");
  auto config = mock.config();
  config.config_overrides = {provider_of_mock + "env_key=\"MY_PROVIDER_KEY\""};
  config.env["MY_PROVIDER_KEY"] = secret;
  codex::Codex codex(config);
  CHECK(codex.thread_start().run("hello").final_response == "hi");
  CHECK(authorization(mock) == std::string("Bearer ") + secret);
  const std::string lines = command_lines_below(::getpid());
  CHECK(contains(lines, "MY_PROVIDER_KEY"));  // these are the ones
  CHECK_FALSE(contains(lines, secret));
}

TEST_CASE("a secret reaches the model by a thread's config, and stands on no command line") {
  MockModel mock;
  mock.reply("hi");
  const auto log = mock.workspace() / "wire.jsonl";
  auto config = mock.config();
  config.wire_log = log.string();
  codex::Codex codex(config);
  auto thread =
      codex.thread_start({.config = {{provider_of_mock + "experimental_bearer_token", secret}}});
  CHECK(thread.run("hello").final_response == "hi");
  CHECK(authorization(mock) == std::string("Bearer ") + secret);
  CHECK_FALSE(contains(command_lines_below(::getpid()), secret));
  CHECK_FALSE(contains(text_of(log), secret));
}

TEST_CASE("a provider that repeats the key in its refusal does not put it into the error") {
  MockModel mock;
  mock.reply(Reply{}.http_error(
      401,
      {{"error",
        {{"message", "Incorrect API key provided: \x1b[31m" + key + "\x1b[0m, or token=" + secret},
         {"type", "invalid_request_error"}}}}));
  codex::Codex codex(mock.config());
  try {
    (void)codex.thread_start().run("hello");
    FAIL("the turn did not fail");
  } catch (const codex::TurnFailedError& error) {
    INFO(error.what());
    CHECK(contains(error.what(), "401"));
    CHECK_FALSE(contains(error.what(), key));
    CHECK_FALSE(contains(error.what(), secret));
    REQUIRE(error.result().error);
    CHECK(contains(error.result().error->message, secret));  // as it came
  }
}

TEST_CASE("what a tool throws is masked on its way to the model, and in the problem's text") {
  MockModel mock;
  mock.reply(Reply{}.tool_call("look_up", Json::object()));
  mock.reply("done");
  auto failing = codex::tool("look_up", "Looks it up.", [](const Json&) -> std::string {
    throw std::runtime_error("GET https://x/?token=" + std::string(secret) + " failed");
  });
  codex::Codex codex(mock.config());
  (void)codex.thread_start({.tools = {failing}}).run("go");
  const std::string sent = mock.last_request().body.dump();
  CHECK(contains(sent, "GET https://x/?token=*** failed"));
  CHECK_FALSE(contains(sent, secret));
}

TEST_CASE("a key that a command prints in colours and the model in pieces is not in the wire log") {
  MockModel mock({.sandbox_mode = "danger-full-access"});
  std::ofstream(mock.workspace() / "key.txt")
      << "\x1b[31msk\x1b[0m" << key.substr(2) << "\nX_TOKEN='one two " << secret << "'\n";
  mock.reply(Reply{}.shell("cat key.txt; sleep 0.2; cat key.txt"));
  std::vector<std::string> letters;
  for (const char letter : "It is " + key + ", and A_TOKEN=" + secret + " is the other.") {
    letters.emplace_back(1, letter);
  }
  mock.reply(Reply{}.deltas(letters));
  const codex::testing::detail::TempDir folder("codex-test-");
  const auto log = folder.path() / "wire.jsonl";
  auto config = mock.config();
  config.wire_log = log.string();
  codex::TurnResult result;
  {
    codex::Codex codex(config);
    result = codex.thread_start().run("go");
  }
  CHECK(contains(result.final_response.value_or(""), key));
  std::string said;
  std::ifstream in(log);
  for (std::string line; std::getline(in, line);) {
    const Json entry = Json::parse(line);
    CHECK_FALSE(contains(line, secret));
    CHECK_FALSE(contains(line, key.substr(8)));
    const Json& message = entry.at("msg");
    if (message.value("method", "") == "item/agentMessage/delta")
      said += message["params"]["delta"];
  }
  CHECK(said == "It is sk-pro***, and A_TOKEN=*** is the other.");
}

TEST_CASE("the mock model answers the runtime, and no page in a browser") {
  MockModel mock;
  mock.reply("hi");
  const std::string port = mock.url().substr(mock.url().rfind(':') + 1);
  const auto status = [&](const std::string& headers) { return status_of(port, headers); };
  for (const std::string& host : {"127.0.0.1:" + port, "localhost:" + port, "LocalHost:" + port}) {
    CHECK(status("Host: " + host + "\r\n") == "200");
  }
  for (const std::string& host :
       {std::string("evil.example"), "evil.example:" + port, std::string("127.0.0.1"),
        std::string("127.0.0.1:1"), "localhost.evil:" + port, "[::1]:" + port, std::string()}) {
    CAPTURE(host);
    CHECK(status("Host: " + host + "\r\n") == "403");
  }
  CHECK(status("") == "403");
  const std::string own = "Host: 127.0.0.1:" + port + "\r\n";
  CHECK(status(own + "Host: evil.example\r\n") == "403");
  for (const std::string& origin :
       {std::string("https://evil.example"), std::string("null"), mock.url()}) {
    CHECK(status(own + "Origin: " + origin + "\r\n") == "403");
  }
  CHECK(mock.pending_replies() == 1);
  CHECK(mock.requests().empty());
  codex::Codex codex(mock.config());
  CHECK(codex.thread_start().run("hello").final_response == "hi");
}
