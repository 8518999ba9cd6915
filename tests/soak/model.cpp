#include "model.hpp"

#include <array>
#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include <codex/testing.hpp>

namespace soak {

namespace {

using codex::Json;
using codex::testing::ModelRequest;
using codex::testing::Phase;
using codex::testing::Reply;
using namespace std::chrono_literals;

constexpr const char* begin_of_prompt = "Do everything ";

std::vector<std::string> pieces(const std::string& mark, int count) {
  std::vector<std::string> out;
  for (int i = 0; i < count; ++i) out.push_back("word " + std::to_string(i) + ' ' + mark + ' ');
  return out;
}

/// The mark of the latest prompt, and how many calls of its turn have their output.
std::pair<std::string, int> place_of(const ModelRequest& request) {
  std::pair<std::string, int> place;
  for (const Json& item : request.body.at("input")) {
    const std::string type = item.value("type", "");
    if (type.ends_with("call_output")) ++place.second;
    if (type != "message" || item.value("role", "") != "user") continue;
    for (const Json& part : item.at("content")) {
      const std::string text = part.value("text", "");
      if (text.starts_with(begin_of_prompt)) {
        place = {text.substr(std::string_view(begin_of_prompt).size()), 0};
      }
    }
  }
  return place;
}

Reply answer(const ModelRequest& request) {
  const auto [mark, outputs] = place_of(request);
  Reply reply;
  if (outputs == 0) {
    reply.reasoning("Thinking of " + mark)
        .deltas(pieces(mark, 40), Phase::commentary)
        .shell("printf 'one " + mark + R"(\ntwo\nthree\nfour\n')");
  } else if (outputs == 1) {
    reply.tool_call("look_up", {{"mark", mark}})
        .shell("echo approved '" + mark + "'", {.escalated = true});
  } else {
    reply.deltas(pieces(mark, 150), Phase::final_answer);
  }
  return reply.usage({.input = 100, .output = 50}).pace(2ms);
}

/// Serves until the other end of the lifeline is closed. Does not return.
[[noreturn]] void serve(int out, int lifeline) {
  {
    codex::testing::MockModel mock({.approval_policy = "on-request", .max_requests = 4});
    mock.on_request(answer);
    const codex::CodexConfig config = mock.config();
    const std::string text = Json{{"env", config.env}, {"cwd", *config.cwd}}.dump() + "\n";
    if (::write(out, text.data(), text.size()) < 0) std::_Exit(1);
    ::close(out);
    char byte = 0;
    while (::read(lifeline, &byte, 1) > 0) {
    }
  }
  std::_Exit(0);
}

}  // namespace

std::string mark(int number) { return '#' + std::to_string(number) + '#'; }
std::string prompt(int number) { return begin_of_prompt + mark(number); }

Model::Model() {
  std::array<int, 2> configuration{}, lifeline{};
  if (::pipe2(configuration.data(), O_CLOEXEC) != 0 || ::pipe2(lifeline.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error("no pipe for the model");
  }
  process_ = ::fork();
  if (process_ < 0) throw std::runtime_error("no process for the model");
  if (process_ == 0) {
    ::close(lifeline[1]);
    serve(configuration[1], lifeline[0]);
  }
  ::close(configuration[1]);
  ::close(lifeline[0]);
  lifeline_ = codex::detail::Descriptor(lifeline[1]);
  const codex::detail::Descriptor in(configuration[0]);
  std::string text;
  for (char byte = 0; ::read(in.get(), &byte, 1) == 1;) text += byte;
  const Json json = Json::parse(text);
  config_.env = json.at("env").get<std::map<std::string, std::string>>();
  config_.cwd = json.at("cwd").get<std::string>();
  config_.env["HOME"] = *config_.cwd;  // no profile of a person prints into commands
}

Model::~Model() {
  lifeline_.reset();
  ::waitpid(process_, nullptr, 0);
}

}  // namespace soak
