// The model of a fleet's test, for the runtimes of several machines: `fleet_model HOME...`.
//
// Prints a line of JSON, a list with the environment of each home's runtimes. A prompt "Hold NAME"
// gets no answer until a line NAME comes on stdin, and a line "holds NAME" on stdout; a prompt
// "Spend" is one command after another; "Long" has an
// answer that no message of NATS can hold. The end of stdin ends it.

#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <codex/testing.hpp>

namespace {

using codex::testing::Gate;
using codex::testing::MockModel;
using codex::testing::ModelRequest;
using codex::testing::Reply;
using namespace std::chrono_literals;

Gate gate(const std::string& name) {
  static std::mutex mutex;
  static std::map<std::string, Gate> gates;
  const std::scoped_lock lock(mutex);
  return gates[name];
}

/// Without what the runtime adds.
std::vector<std::string> user_words(const ModelRequest& request) {
  auto texts = request.user_texts();
  std::erase_if(texts, [](const std::string& text) { return text.starts_with('<'); });
  return texts;
}

void say(const std::string& line) {
  static std::mutex mutex;
  const std::scoped_lock lock(mutex);
  std::cout << line << std::endl;
}

Reply answer(const ModelRequest& request) {
  const auto words = user_words(request);
  const std::string last = words.empty() ? "" : words.back();
  if (last.ends_with("Spend")) return Reply().shell("true").usage({.input = 400, .output = 100});
  if (last.ends_with("Long")) return {std::string(2'000'000, 'x')};
  Reply reply;
  if (const auto at = last.find("Hold "); at != last.npos) {
    const std::string name = last.substr(at + 5);
    say("holds " + name);
    reply.delta("Holding. ").wait_for(gate(name));
  }
  const std::string text =
      "You said \"" + last + "\" in message " + std::to_string(words.size()) + '.';
  for (std::size_t at = 0; at < text.size(); at += 8) reply.delta(text.substr(at, 8));
  return reply.usage({.input = 11, .output = 7}).pace(20ms);
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<MockModel> models;
  codex::Json environments = codex::Json::array();
  for (int i = 1; i < argc; ++i) {
    models.emplace_back(codex::testing::MockModelOptions{.home = argv[i]});
    models.back().on_request(answer);
    auto environment = models.back().config().env;
    environment["HOME"] = argv[i];  // no profile of a person prints into commands
    environments.push_back(environment);
  }
  std::cout << environments.dump() << std::endl;
  for (std::string name; std::getline(std::cin, name);) gate(name).open();
}
