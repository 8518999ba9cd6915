#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <stdexcept>

#include <doctest/doctest.h>

#include <codex/codex.hpp>
#include <codex/describe.hpp>
#include <codex/testing.hpp>

using codex::Json;
using codex::testing::MockModel;
using codex::testing::Reply;
using namespace std::chrono_literals;
namespace types = codex::protocol;

namespace {

enum class Unit { celsius, fahrenheit };
CODEX_DESCRIBE_ENUM(Unit, celsius, fahrenheit)

struct Place {
  std::string city;
  std::optional<int> days = {};
  Unit unit = Unit::celsius;
  std::vector<Place> nearby = {};
};
CODEX_DESCRIBE(Place, (city, "The city's name"), (days, "How far to look ahead"),
               (unit, {.optional = true}), (nearby, {.optional = true}))

const codex::Tool forecast = codex::tool("forecast", "Weather for a city", [](const Place& place) {
  if (place.city == "Atlantis") throw std::runtime_error("There is no Atlantis");
  return "sunny in " + place.city;
});

/// What the model was told about its call, as one text.
std::string told(const MockModel& mock, const std::string& call_id = "call_1") {
  return mock.last_request().tool_output(call_id).value_or("nothing");
}

std::vector<types::DynamicToolCallThreadItem> tool_calls(const codex::TurnResult& result) {
  std::vector<types::DynamicToolCallThreadItem> out;
  for (const auto& item : result.items) {
    if (const auto* call = item.as<types::DynamicToolCallThreadItem>()) out.push_back(*call);
  }
  return out;
}

/// How the model was told of the tool.
Json offered(const MockModel& mock, const std::string& name) {
  const Json tools = mock.last_request().body.at("tools");
  for (const Json& tool : tools) {
    if (tool.value("name", "") == name) return tool;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("the model calls a C++ function, and goes on with what it returned") {
  MockModel mock;
  mock.reply(Reply{}.tool_call("forecast", {{"city", "Oslo"}}));
  mock.reply("It is sunny.");
  codex::Codex codex(mock.config());
  const auto result = codex.thread_start({.tools = {forecast}}).run("How is Oslo?");

  CHECK(result.final_response == "It is sunny.");
  CHECK(told(mock) == "sunny in Oslo");
  const auto calls = tool_calls(result);
  REQUIRE(calls.size() == 1);
  CHECK(calls[0].status == types::DynamicToolCallStatus::completed);
  CHECK(calls[0].arguments == Json{{"city", "Oslo"}});

  const Json tool = offered(mock, "forecast");
  CHECK(tool.at("description") == "Weather for a city");
  // Defaults and bounds are in the schema, but the runtime does not pass them on.
  CHECK(tool.at("parameters") == Json::parse(R"({
    "properties": {
      "city": {"description": "The city's name", "type": "string"},
      "days": {"description": "How far to look ahead", "type": "integer"},
      "nearby": {"items": {"$ref": "#"}, "type": "array"},
      "unit": {"enum": ["celsius", "fahrenheit"], "type": "string"}},
    "required": ["city"],
    "type": "object"
  })"));
}

TEST_CASE("a tool that throws tells the model why, and the turn goes on") {
  MockModel mock;
  mock.reply(Reply{}.tool_call("forecast", {{"city", "Atlantis"}}));
  mock.reply("Then not.");
  codex::Codex codex(mock.config());
  const auto result = codex.thread_start({.tools = {forecast}}).run("How is Atlantis?");

  CHECK(result.status == types::TurnStatus::completed);
  CHECK(told(mock) == "There is no Atlantis");
  CHECK(tool_calls(result).at(0).status == types::DynamicToolCallStatus::failed);
}

TEST_CASE("arguments that do not fit are told to the model, with their place") {
  MockModel mock;
  mock.reply(Reply{}.tool_call("forecast", {{"city", "Oslo"}, {"nearby", {{{"city", 1}}}}}));
  mock.reply(Reply{}.item({{"type", "function_call"},
                           {"id", "f1"},
                           {"call_id", "broken"},
                           {"name", "forecast"},
                           {"arguments", "{\"city\": "}}));
  mock.reply("Sorry.");
  codex::Codex codex(mock.config());
  const auto result = codex.thread_start({.tools = {forecast}}).run("go");

  CHECK(result.status == types::TurnStatus::completed);
  CHECK(told(mock) == "The arguments do not fit: nearby[0].city: expected string, got number");
  // What is no JSON at all does not come as far as the tool.
  CHECK(told(mock, "broken").starts_with("failed to parse function arguments"));
}

TEST_CASE("a tool shows the model an image") {
  const std::string url =
      "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhg"
      "GAWjR9awAAAABJRU5ErkJggg==";
  MockModel mock;
  mock.reply(Reply{}.tool_call("look"));
  mock.reply("A dot.");
  codex::Codex codex(mock.config());
  const auto look = codex::tool("look", "Takes a picture", [&] { return codex::ToolImage{url}; });
  const auto result = codex.thread_start({.tools = {look}}).run("Look!");

  CHECK(result.final_response == "A dot.");
  CHECK(mock.last_request().body.at("input").dump().find(url) != std::string::npos);
}

TEST_CASE("several calls run at once") {
  MockModel mock;
  mock.reply(Reply{}.tool_call("meet", {{"n", 1}}).tool_call("meet", {{"n", 2}}));
  mock.reply("They met.");
  codex::Codex codex(mock.config());
  std::mutex mutex;
  std::condition_variable changed;
  int present = 0;
  const auto meet = codex::tool("meet", "Waits for the other", [&](const Json& arguments) {
    std::unique_lock lock(mutex);
    ++present;
    changed.notify_all();
    const bool met = changed.wait_for(lock, 30s, [&] { return present == 2; });
    return (met ? "met " : "alone ") + arguments.at("n").dump();
  });
  const auto result = codex.thread_start({.tools = {meet}}).run("Meet.");

  CHECK(told(mock, "call_1") == "met 1");
  CHECK(told(mock, "call_2") == "met 2");
  CHECK(tool_calls(result).size() == 2);
}

TEST_CASE(
    "a tool that takes long is told when its turn is interrupted, and its answer is dropped") {
  MockModel mock;
  mock.reply(Reply{}.tool_call("wait"));
  codex::Codex codex(mock.config());
  std::promise<void> entered;
  std::promise<bool> stopped;
  const auto wait = codex::tool("wait", "Takes long", [&](const codex::ToolContext& context) {
    entered.set_value();
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any().wait_for(lock, context.stop, 30s, [] { return false; });
    stopped.set_value(context.stop.stop_requested());
    return "too late";
  });
  auto thread = codex.thread_start({.tools = {wait}});
  auto turn = thread.turn("Wait.");
  entered.get_future().wait();
  turn.interrupt();

  CHECK(turn.run().status == types::TurnStatus::interrupted);
  CHECK(stopped.get_future().get());
  mock.reply("Here I am.");
  CHECK(thread.run("Still there?").final_response == "Here I am.");
}

TEST_CASE("a tool knows its call, and may use the SDK") {
  MockModel mock;
  mock.reply(Reply{}.tool_call("who"));
  mock.reply("ok");
  codex::Codex codex(mock.config());
  codex::ToolContext seen;
  const auto who = codex::tool("who", "Says who asks", [&](const codex::ToolContext& context) {
    seen = context;
    return context.thread().read().thread.id;
  });
  auto thread = codex.thread_start({.tools = {who}});
  const auto result = thread.run("Who?");

  CHECK(told(mock) == thread.id());
  CHECK(seen.thread_id == thread.id());
  CHECK(seen.turn_id == result.id);
  CHECK(seen.call_id == "call_1");
}

TEST_CASE("tools of one name live side by side in namespaces") {
  MockModel mock;
  mock.reply(Reply{}
                 .tool_call("get", Json::object(), "crm")
                 .tool_call("get", Json::object(), "dns")
                 .tool_call("get"));
  mock.reply("ok");
  codex::Codex codex(mock.config());
  const auto get = [](const char* from) {
    return codex::tool("get", "Gets it", [from] { return std::string(from); });
  };
  const auto later = codex::tool("later", "On demand", [] {}, {.defer_loading = true});
  auto thread = codex.thread_start(
      {.tools = {codex::tool_namespace("crm", "Customers", {get("crm"), later}),
                 codex::tool_namespace("dns", "Names", {get("dns")}), get("alone")}});
  CHECK(thread.run("Get all.").status == types::TurnStatus::completed);
  CHECK(told(mock, "call_1") == "crm");
  CHECK(told(mock, "call_2") == "dns");
  CHECK(told(mock, "call_3") == "alone");
}

TEST_CASE("tools come along with a thread that another client resumes, and with a fork") {
  MockModel mock;
  std::string thread_id;
  {
    codex::Codex codex(mock.config());
    auto thread = codex.thread_start({.tools = {forecast}});
    thread_id = thread.id();
    mock.reply("hello");
    thread.run("hi");

    auto fork = codex.thread_fork(thread_id);
    mock.reply(Reply{}.id("from_fork").tool_call("forecast", {{"city", "Moss"}}));
    mock.reply("ok");
    CHECK(fork.run("And Moss?").status == types::TurnStatus::completed);
    CHECK(told(mock, "from_fork") == "sunny in Moss");
  }

  codex::Codex codex(mock.config());
  auto resumed = codex.thread_resume(thread_id, {.tools = {forecast}});
  mock.reply(Reply{}.tool_call("forecast", {{"city", "Bergen"}}));
  mock.reply("ok");
  CHECK(tool_calls(resumed.run("And Bergen?")).at(0).success == true);

  auto fork =
      codex.thread_fork(thread_id, {.tools = {codex::tool("forecast", "", [] { return "rain"; })}});
  mock.reply(Reply{}.tool_call("forecast", {{"city", "Bergen"}}));
  mock.reply("ok");
  CHECK(tool_calls(fork.run("And now?"))
            .at(0)
            .content_items->at(0)
            .visit(
                [](const types::InputTextDynamicToolCallOutputContentItem& text) {
                  return text.text;
                },
                [](const auto&) { return std::string("?"); }) == "rain");
}

TEST_CASE("calls of tools that a client has no function for fall to its handler, or are refused") {
  MockModel mock;
  std::string thread_id;
  {
    codex::Codex codex(mock.config());
    auto thread = codex.thread_start({.tools = {forecast}});
    thread_id = thread.id();
    mock.reply("hello");
    thread.run("hi");
  }
  auto config = mock.config();
  SUBCASE("refused") {
    codex::Codex codex(config);
    mock.reply(Reply{}.tool_call("forecast", {{"city", "Oslo"}}));
    mock.reply("Then not.");
    const auto result = codex.thread_resume(thread_id).run("go");
    CHECK(result.final_response == "Then not.");
    CHECK(tool_calls(result).at(0).status == types::DynamicToolCallStatus::failed);
  }
  SUBCASE("handled") {
    config.handlers.tool_call = [](const types::DynamicToolCallParams& params) {
      return types::DynamicToolCallResponse{
          .content_items = {types::InputTextDynamicToolCallOutputContentItem{.text = params.tool}},
          .success = true};
    };
    codex::Codex codex(config);
    mock.reply(Reply{}.tool_call("forecast", {{"city", "Oslo"}}));
    mock.reply("ok");
    codex.thread_resume(thread_id).run("go");
    CHECK(told(mock) == "forecast");
  }
}

TEST_CASE(
    "tools without experimental_api, and tools of one name, are refused before they are sent") {
  MockModel mock;
  codex::Codex codex(mock.config());
  CHECK_THROWS_WITH_AS((void)codex.thread_start({.tools = {forecast, forecast}}),
                       "There are two tools called \"forecast\"", codex::CodexError);
  CHECK_THROWS_WITH_AS((void)codex.thread_resume("x", {.tools = {forecast, forecast}}),
                       "There are two tools called \"forecast\"", codex::CodexError);
  CHECK_THROWS_WITH_AS((void)codex.thread_fork("x", {.tools = {forecast, forecast}}),
                       "There are two tools called \"forecast\"", codex::CodexError);

  auto config = mock.config();
  config.experimental_api = false;
  codex::Codex stable(config);
  CHECK_THROWS_AS((void)stable.thread_start({.tools = {forecast}}), codex::UnsupportedError);
  CHECK_THROWS_AS((void)stable.thread_resume("x", {.tools = {forecast}}), codex::UnsupportedError);
  CHECK_THROWS_AS((void)stable.thread_fork("x", {.tools = {forecast}}), codex::UnsupportedError);
}
