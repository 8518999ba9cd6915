#include <fstream>

#include <doctest/doctest.h>

#include <codex/codex.hpp>
#include <codex/protocol/thread.hpp>
#include <codex/testing.hpp>

#include "support/face.hpp"

using codex::ExternalMessage;
using codex::Json;
using codex::testing::Gate;
using codex::testing::MockModel;
using codex::testing::ModelRequest;
using codex::testing::Reply;
using namespace std::chrono_literals;
namespace types = codex::protocol;

namespace {

/// A PNG of one pixel.
const std::string png_base64 =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5Erk"
    "Jggg==";
const unsigned char png_bytes[] = {
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48,
    0x44, 0x52, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x06, 0x00, 0x00,
    0x00, 0x1f, 0x15, 0xc4, 0x89, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x44, 0x41, 0x54, 0x78,
    0xda, 0x63, 0x64, 0xf8, 0xcf, 0x50, 0x0f, 0x00, 0x03, 0x86, 0x01, 0x80, 0x5a, 0x34,
    0x7d, 0x6b, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82};

/// The parts of this type in the user's messages.
std::vector<Json> user_parts(const ModelRequest& request, const std::string& type) {
  std::vector<Json> out;
  for (const auto& item : request.body.at("input")) {
    if (item.value("role", "") != "user") continue;
    for (const auto& part : item.at("content")) {
      if (part.at("type") == type) out.push_back(part);
    }
  }
  return out;
}

/// What the model is told as outputs of tools, without the ids that the runtime gives them.
std::vector<Json> tool_outputs(const ModelRequest& request) {
  std::vector<Json> out;
  for (const auto& item : request.body.at("input")) {
    if (item.at("type") != "function_call_output") continue;
    out.push_back(item);
    out.back().erase("id");
  }
  return out;
}

bool has_external_message(const std::vector<types::ThreadItem>& items) {
  return std::any_of(items.begin(), items.end(), [](const types::ThreadItem& item) {
    return Json(item).at("type") == "functionCallOutput";  // a type that older schemas lack
  });
}

}  // namespace

TEST_CASE("an image as a data URL reaches the model") {
  MockModel mock;
  mock.reply("seen");
  face::Codex codex(mock.config());
  (void)codex.thread_start().run(
      {"look", codex::ImageInput{"data:image/png;base64," + png_base64}});
  const auto images = user_parts(mock.last_request(), "input_image");
  REQUIRE(images.size() == 1);
  CHECK(images[0].at("image_url").get<std::string>().starts_with("data:image/png;base64,"));
}

TEST_CASE("an image file reaches the model as a data URL") {
  MockModel mock;
  mock.reply("seen");
  const auto file = mock.workspace() / "pixel.png";
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(png_bytes), sizeof png_bytes);
  face::Codex codex(mock.config());
  (void)codex.thread_start().run({"look", codex::LocalImageInput{file.string()}});
  const auto images = user_parts(mock.last_request(), "input_image");
  REQUIRE(images.size() == 1);
  CHECK(images[0].at("image_url").get<std::string>().starts_with("data:image/png;base64,"));
}

TEST_CASE("a skill's text reaches the model as the user's") {
  MockModel mock;
  mock.reply("done");
  const auto skill = mock.workspace() / ".agents/skills/demo/SKILL.md";
  std::filesystem::create_directories(skill.parent_path());
  std::ofstream(skill) << "---\nname: demo\ndescription: A demo.\n---\nDo the demo dance.\n";
  face::Codex codex(mock.config());
  (void)codex.thread_start({.cwd = mock.workspace().string()})
      .run({"use it", codex::SkillInput{"demo", skill.string()}});
  std::size_t found = 0;
  for (const auto& text : mock.last_request().user_texts()) {
    if (!text.starts_with("<skill>")) continue;
    ++found;
    CHECK(text.find("<name>demo</name>") != std::string::npos);
    CHECK(text.find("<path>") != std::string::npos);
    CHECK(text.find("Do the demo dance.") != std::string::npos);
  }
  CHECK(found == 1);
}

TEST_CASE("an external message has a tool's authority, also after another runtime resumed it") {
  MockModel mock;
  mock.on_request([](const auto&) { return Reply("noted"); });
  const std::string news = "The build is broken.";
  const Json expected{{"type", "function_call_output"},
                      {"name", "notifications"},
                      {"namespace", "slack"},
                      {"output", news}};
  std::string id;
  {
    face::Codex codex(mock.config());
    const auto thread = codex.thread_start();
    id = thread.id();
    const auto result = thread.run(
        ExternalMessage{.tool_name = "notifications", .content = news, .namespace_ = "slack"});
    CHECK(result.final_response == "noted");
    CHECK(has_external_message(result.items));
    CHECK(tool_outputs(mock.last_request()) == std::vector<Json>{expected});
  }
  face::Codex codex(mock.config());
  const auto thread = codex.thread_resume(id, {.include_turns = false});
  const auto stored = thread.read({.include_turns = true}).thread;
  REQUIRE_FALSE(stored.turns.empty());
  CHECK(has_external_message(stored.turns[0].items));
  (void)thread.run("go on");
  CHECK(tool_outputs(mock.last_request()) == std::vector<Json>{expected});
  for (const auto& text : mock.last_request().user_texts()) {
    CHECK(text.find(news) == std::string::npos);
  }
}

TEST_CASE("an external message joins a turn that runs") {
  MockModel mock;
  const Gate gate;
  mock.reply(Reply{}.delta("working").wait_for(gate));
  mock.reply("Update processed");
  face::Codex codex(mock.config());
  const auto thread = codex.thread_start();
  auto original = thread.turn("start");
  REQUIRE(gate.wait_reached(60s));
  auto joined = thread.turn(ExternalMessage{.tool_name = "ci", .content = "green"});
  CHECK(joined.id() == original.id());
  gate.open();
  const auto first = original.run();
  const auto second = joined.run();
  CHECK(first.final_response == "Update processed");
  CHECK(second.final_response == "Update processed");
  CHECK(first.items.front().is<types::UserMessageThreadItem>());
  CHECK(second.usage.has_value());
  CHECK(tool_outputs(mock.last_request()) ==
        std::vector<Json>{{{"type", "function_call_output"}, {"name", "ci"}, {"output", "green"}}});
}

TEST_CASE("a long external message is cut as other tool output is") {
  MockModel mock;
  mock.reply("ok");
  face::Codex codex(mock.config());
  std::string text;
  for (int i = 0; i < 400; ++i) text += "line " + std::to_string(i) + "\n";
  (void)codex.thread_start({.config = {{"tool_output_token_limit", 32}}})
      .run(ExternalMessage{.tool_name = "log", .content = text});
  const auto outputs = tool_outputs(mock.last_request());
  REQUIRE(outputs.size() == 1);
  const auto output = outputs[0].at("output").get<std::string>();
  CHECK(output.size() < text.size());
  CHECK(output.find("truncated") != std::string::npos);
}
