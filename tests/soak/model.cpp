#include "model.hpp"

#include <chrono>
#include <string_view>
#include <utility>
#include <vector>

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

}  // namespace

std::string mark(int number) { return '#' + std::to_string(number) + '#'; }
std::string prompt(int number) { return begin_of_prompt + mark(number); }

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

}  // namespace soak
