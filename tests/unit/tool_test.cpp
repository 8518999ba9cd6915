#include <memory>
#include <stdexcept>

#include <doctest/doctest.h>

#include <codex/codex.hpp>
#include <codex/describe.hpp>
#include <codex/tool.hpp>

#include "tools/tool_specs.hpp"

using codex::Json;
using codex::Tool;
using codex::ToolContext;
using codex::ToolResult;

namespace {

struct Place {
  std::string city;
  std::optional<int> days = {};
};
CODEX_DESCRIBE(Place, city, days)

/// The texts of what a tool gives, and "failed: " in front where it did.
std::string words(const ToolResult& result) {
  std::string out = result.success ? "" : "failed: ";
  for (const auto& piece : result.content) {
    const auto* text =
        piece.wire().as<codex::protocol::InputTextDynamicToolCallOutputContentItem>();
    out += text ? text->text : "?";
  }
  return out;
}

template <class F>
std::string call(F&& function, const Json& arguments = {{"city", "Oslo"}}) {
  return words(codex::tool("t", "", std::forward<F>(function)).call(arguments));
}

std::string plain_function(const Place& place) { return "plain " + place.city; }

std::string refusal(const std::vector<Tool>& tools) {
  try {
    codex::detail::tool_specs(tools);
  } catch (const codex::CodexError& error) {
    return error.what();
  }
  return "none";
}

const auto nothing = [] {};

}  // namespace

TEST_CASE("a tool is made of any function of its arguments, of its context, of both or of none") {
  CHECK(call([](const Place& place) { return place.city; }) == "Oslo");
  CHECK(call([](Place place) { return std::move(place.city); }) == "Oslo");
  CHECK(call([](const Json& any) { return any.at("city").get<std::string>(); }) == "Oslo");
  CHECK(call([] { return "hi"; }) == "hi");
  CHECK(call(plain_function) == "plain Oslo");
  CHECK(call(&plain_function) == "plain Oslo");
  CHECK(call(std::function(plain_function)) == "plain Oslo");
  CHECK(call([](const Place& place) noexcept { return place.city; }) == "Oslo");
  CHECK(call([calls = 0](const Place&) mutable { return std::to_string(++calls); }) == "1");

  ToolContext context;
  context.thread_id = "thr";
  context.call_id = "c1";
  const auto about = [](const ToolContext& c) { return c.thread_id + c.call_id; };
  CHECK(words(codex::tool("t", "", about).call({}, context)) == "thrc1");
  const auto both = [](const Place& p, const ToolContext& c) { return p.city + c.call_id; };
  CHECK(words(codex::tool("t", "", both).call({{"city", "Oslo"}}, context)) == "Osloc1");
}

TEST_CASE("what a tool returns reaches the model in a form that it can read") {
  CHECK(call([] { return Place{.city = "Moss"}; }) == R"({"city":"Moss","days":null})");
  CHECK(call([] { return std::vector{Place{.city = "Moss"}}; }) ==
        R"([{"city":"Moss","days":null}])");
  CHECK(call([] { return Json{{"x", 1}}; }) == R"({"x":1})");
  CHECK(call([] { return 42; }) == "42");
  CHECK(call([] { return true; }) == "true");
  CHECK(call([] { return std::string_view("view"); }) == "view");
  CHECK(call([] {}) == "done");
  CHECK(call([] { return ToolResult{.content = {"no luck"}, .success = false}; }) ==
        "failed: no luck");
  CHECK(call([] {
          return codex::protocol::DynamicToolCallResponse{
              .content_items = {codex::protocol::InputTextDynamicToolCallOutputContentItem{
                  .text = "raw"}},
              .success = true};
        }) == "raw");
  const auto picture = codex::tool("t", "", [] {
    return std::vector<codex::ToolContent>{"look:", codex::ToolImage{"data:image/png;base64,AA"}};
  });
  const auto seen = picture.call({});
  REQUIRE(seen.content.size() == 2);
  const auto* image =
      seen.content[1].wire().as<codex::protocol::InputImageDynamicToolCallOutputContentItem>();
  REQUIRE(image);
  CHECK(image->image_url == "data:image/png;base64,AA");
}

TEST_CASE("a tool that throws, and arguments that do not fit, become results that say so") {
  CHECK(call([]() -> std::string { throw std::runtime_error("no such city"); }) ==
        "failed: no such city");
  CHECK(call([]() -> std::string { throw 7; }) == "failed: The tool t failed");
  const auto city = [](const Place& place) { return place.city; };
  CHECK(call(city, {{"days", 1}}) == "failed: The arguments do not fit: missing member \"city\"");
  CHECK(call(city, {{"city", "Oslo"}, {"days", "x"}}) ==
        "failed: The arguments do not fit: days: expected integer, got string");
  CHECK(call(city, "no object") == "failed: The arguments do not fit: expected object, got string");
}

TEST_CASE("copies of a tool share its function") {
  const auto shared = std::make_shared<int>(0);
  const Tool first = codex::tool("t", "", [shared] { return ++*shared; });
  const Tool second = first;  // NOLINT(performance-unnecessary-copy-initialization)
  CHECK(words(first.call({})) == "1");
  CHECK(words(second.call({})) == "2");
  CHECK(shared.use_count() == 2);
}

TEST_CASE("tools are told to the runtime by name, text and schema, alone or in namespaces") {
  const auto place = codex::tool("place", "Finds it", [](const Place& p) { return p.city; });
  const auto later = codex::tool("later", "On demand", nothing, {.defer_loading = true});
  codex::protocol::ThreadStartParams params;
  params.dynamic_tools =
      codex::detail::tool_specs({place, codex::tool_namespace("crm", "Customers", {place, later})});
  CHECK(Json(params)["dynamicTools"] == Json::parse(R"([
    {"type": "function", "name": "place", "description": "Finds it", "inputSchema": {
      "type": "object",
      "properties": {"city": {"type": "string"},
                     "days": {"type": "integer", "minimum": -2147483648, "maximum": 2147483647}},
      "required": ["city"]}},
    {"type": "namespace", "name": "crm", "description": "Customers", "tools": [
      {"type": "function", "name": "place", "description": "Finds it", "inputSchema": {
        "type": "object",
        "properties": {"city": {"type": "string"},
                       "days": {"type": "integer", "minimum": -2147483648, "maximum": 2147483647}},
        "required": ["city"]}},
      {"type": "function", "name": "later", "description": "On demand", "deferLoading": true,
       "inputSchema": {"type": "object", "properties": {}}}]}
  ])"));
}

TEST_CASE("tools with names that are bad or doubled, or in the wrong place, are refused") {
  const auto named = [](const char* name) { return codex::tool(name, "", nothing); };
  CHECK(refusal({named("a"), named("A-1_")}) == "none");
  CHECK(refusal({named("")}) ==
        "A tool cannot be called \"\": a name has letters, digits, _ and - only");
  CHECK(refusal({named("get weather")}) ==
        "A tool cannot be called \"get weather\": a name has letters, digits, _ and - only");
  CHECK(refusal({named("a"), named("b"), named("a")}) == "There are two tools called \"a\"");
  const auto space = codex::tool_namespace("crm", "", {named("a")});
  CHECK(refusal({named("a"), space}) == "none");
  CHECK(refusal({space, space}) == "There are two tools called \"crm\"");
  CHECK(refusal({codex::tool_namespace("crm", "", {named("a"), named("a")})}) ==
        "There are two tools called \"crm.a\"");
  CHECK(refusal({codex::tool_namespace("x", "", {space})}) ==
        "The namespace x cannot contain another, crm");
  CHECK(refusal({codex::tool("late", "", nothing, {.defer_loading = true})}) ==
        "The tool late has defer_loading, which only tools within a namespace can have");
  CHECK_THROWS_WITH_AS(Tool("t", "", {}, nullptr), "The tool t has no function", codex::CodexError);
}
