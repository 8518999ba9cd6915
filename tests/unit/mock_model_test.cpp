#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <httplib.h>

#include <codex/testing.hpp>

#include "support/access.hpp"
#include "support/messages.hpp"
#include "testing/temp_dir.hpp"

using codex::Json;
using codex::testing::Gate;
using codex::testing::MockModel;
using codex::testing::ModelRequest;
using codex::testing::Phase;
using codex::testing::Reply;

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

/// What a client got for one request.
struct Answer {
  bool complete = false;  // False when the connection broke before the end.
  int status = 0;
  std::string text;
  std::vector<Json> events;

  std::vector<std::string> types() const {
    std::vector<std::string> types;
    types.reserve(events.size());
    for (const Json& event : events) types.push_back(event.at("type"));
    return types;
  }
};

std::vector<Json> parse_events(const std::string& text) {
  std::vector<Json> events;
  for (std::size_t at = text.find("data: "); at != std::string::npos;
       at = text.find("data: ", at + 1)) {
    const std::size_t begin = at + 6;
    const Json event =
        Json::parse(text.substr(begin, text.find('\n', begin) - begin), nullptr, false);
    if (!event.is_discarded()) events.push_back(event);
  }
  return events;
}

Answer ask(const std::string& url, const Json& body = {{"model", "m"}}) {
  httplib::Client client(url);
  client.set_read_timeout(20);
  Answer answer;
  httplib::Request request;
  request.method = "POST";
  request.path = "/v1/responses";
  request.body = body.dump();
  request.set_header("Content-Type", "application/json");
  request.set_header("X-Test", "Yes");
  request.set_header("Accept-Encoding", "gzip");
  request.response_handler = [&answer](const httplib::Response& response) {
    answer.status = response.status;
    return true;
  };
  request.content_receiver = [&answer](const char* data, std::size_t size, std::uint64_t,
                                       std::uint64_t) {
    answer.text.append(data, size);
    return true;
  };
  answer.complete = static_cast<bool>(client.send(request));
  answer.events = parse_events(answer.text);
  return answer;
}

Answer ask(const MockModel& mock, const Json& body = {{"model", "m"}}) {
  return ask(mock.url(), body);
}

Answer answer_to(const Reply& reply) {
  MockModel mock;
  mock.reply(reply);
  return ask(mock);
}

std::future<Answer> ask_in_background(const MockModel& mock) {
  return std::async(std::launch::async, [url = mock.url()] { return ask(url); });
}

std::string file_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Json user_message(const std::string& text) {
  return {{"type", "message"},
          {"role", "user"},
          {"content", Json::array({{{"type", "input_text"}, {"text", text}}})}};
}

using Types = std::vector<std::string>;

}  // namespace

TEST_CASE("a message is streamed as created, added, delta, done, completed") {
  const Answer answer = answer_to("Hello from the mock.");

  CHECK(answer.complete);
  CHECK(answer.status == 200);
  REQUIRE(answer.types() == Types{"response.created", "response.output_item.added",
                                  "response.output_text.delta", "response.output_item.done",
                                  "response.completed"});
  CHECK(answer.text.starts_with("event: response.created\ndata: {"));
  CHECK(answer.events[0]["response"]["id"] == "resp_1");
  CHECK(answer.events[1]["item"]["content"] == Json::array());
  CHECK(answer.events[2]["item_id"] == "msg_1");
  CHECK(answer.events[2]["delta"] == "Hello from the mock.");
  const Json& item = answer.events[3]["item"];
  CHECK(item["id"] == "msg_1");
  CHECK(item["role"] == "assistant");
  CHECK(item["content"][0]["text"] == "Hello from the mock.");
  CHECK_FALSE(item.contains("phase"));
  CHECK(answer.events[4]["response"]["id"] == "resp_1");
  CHECK(answer.events[4]["response"]["usage"]["total_tokens"] == 0);
  for (std::size_t i = 0; i < answer.events.size(); ++i) {
    CHECK(answer.events[i]["sequence_number"] == i);
  }
}

TEST_CASE("phases, pieces and the empty message") {
  const Answer answer =
      answer_to(Reply{}.commentary("On it.").deltas({"he", "llo"}, Phase::final_answer).text(""));

  REQUIRE(answer.types() == Types{"response.created", "response.output_item.added",
                                  "response.output_text.delta", "response.output_item.done",
                                  "response.output_item.added", "response.output_text.delta",
                                  "response.output_text.delta", "response.output_item.done",
                                  "response.output_item.added", "response.output_item.done",
                                  "response.completed"});
  CHECK(answer.events[3]["item"]["phase"] == "commentary");
  CHECK(answer.events[4]["item"]["phase"] == "final_answer");
  CHECK(answer.events[5]["delta"] == "he");
  CHECK(answer.events[6]["delta"] == "llo");
  CHECK(answer.events[7]["item"]["content"][0]["text"] == "hello");
  CHECK(answer.events[7]["output_index"] == 1);
  CHECK(answer.events[9]["item"]["content"][0]["text"] == "");
  CHECK(answer.events[9]["item"]["id"] == "msg_3");
}

TEST_CASE("a message of single deltas ends with the next item") {
  const Answer answer = answer_to(Reply{}.delta("a").delta("b").text("c"));

  REQUIRE(answer.events.size() == 9);
  CHECK(answer.events[4]["item"]["content"][0]["text"] == "ab");
  CHECK(answer.events[7]["item"]["content"][0]["text"] == "c");
}

TEST_CASE("reasoning has a summary, and content when there is some") {
  const Answer answer = answer_to(Reply{}.reasoning("In short", "At length").reasoning("Alone"));

  const Json& first = answer.events[8]["item"];
  CHECK(first["id"] == "rs_1");
  CHECK(first["summary"] == Json::array({{{"type", "summary_text"}, {"text", "In short"}}}));
  CHECK(first["content"] == Json::array({{{"type", "reasoning_text"}, {"text", "At length"}}}));
  CHECK(answer.types()[6] == "response.reasoning_text.delta");
  const Json& second = answer.events[14]["item"];
  CHECK(second["id"] == "rs_2");
  CHECK(second["content"] == Json::array());
}

TEST_CASE("tool calls, with counted ids and with given ones") {
  const Answer answer =
      answer_to(Reply{}
                    .shell("ls", {.escalated = true, .justification = "why", .tty = false})
                    .tool_call("forecast", {{"city", "Oslo"}}, "mcp__weather")
                    .id("call_mine")
                    .patch("*** Begin Patch\n*** End Patch\n"));

  REQUIRE(answer.events.size() == 8);
  const Json& shell = answer.events[2]["item"];
  CHECK(shell["type"] == "function_call");
  CHECK(shell["name"] == "exec_command");
  CHECK(shell["call_id"] == "call_1");
  CHECK(Json::parse(shell["arguments"].get<std::string>()) ==
        Json{{"cmd", "ls"},
             {"sandbox_permissions", "require_escalated"},
             {"justification", "why"},
             {"tty", false}});
  const Json& tool = answer.events[4]["item"];
  CHECK(tool["namespace"] == "mcp__weather");
  CHECK(tool["call_id"] == "call_2");
  CHECK(Json::parse(tool["arguments"].get<std::string>()) == Json{{"city", "Oslo"}});
  const Json& patch = answer.events[6]["item"];
  CHECK(patch["type"] == "custom_tool_call");
  CHECK(patch["name"] == "apply_patch");
  CHECK(patch["call_id"] == "call_mine");
  CHECK(patch["input"] == "*** Begin Patch\n*** End Patch\n");
}

TEST_CASE("usage, end_turn and the response's id") {
  const Answer answer =
      answer_to(Reply("x")
                    .usage({.input = 11, .cached = 3, .output = 7, .reasoning = 5})
                    .end_turn(false)
                    .response_id("resp_mine"));

  const Json& response = answer.events.back()["response"];
  CHECK(response["id"] == "resp_mine");
  CHECK(response["end_turn"] == false);
  CHECK(response["usage"] == Json{{"input_tokens", 11},
                                  {"input_tokens_details", {{"cached_tokens", 3}}},
                                  {"output_tokens", 7},
                                  {"output_tokens_details", {{"reasoning_tokens", 5}}},
                                  {"total_tokens", 18}});
}

TEST_CASE("items, events and bytes of the test's own making go out as they stand") {
  const Json item = {{"type", "web_search_call"}, {"id", "ws_1"}};
  const Answer answer = answer_to(
      Reply{}.item(item).event({{"type", "response.novelty"}, {"x", 1}}).raw("data: {broken\n\n"));

  REQUIRE(answer.types() == Types{"response.created", "response.output_item.added",
                                  "response.output_item.done", "response.novelty",
                                  "response.completed"});
  CHECK(answer.events[2]["item"] == item);
  CHECK(answer.events[3] == Json{{"type", "response.novelty"}, {"x", 1}});
  CHECK(answer.text.find("\n\ndata: {broken\n\nevent: response.completed") != std::string::npos);
}

TEST_CASE("failures inside the stream") {
  const Answer failed = answer_to(Reply{}.delta("a").fail("server_error", "boom from mock model"));
  CHECK(failed.complete);
  REQUIRE(failed.types() == Types{"response.created", "response.output_item.added",
                                  "response.output_text.delta", "response.failed"});
  CHECK(failed.events[3]["response"]["id"] == "resp_1");
  CHECK(failed.events[3]["response"]["error"] ==
        Json{{"code", "server_error"}, {"message", "boom from mock model"}});

  const Answer incomplete = answer_to(Reply("a").incomplete("max_output_tokens"));
  CHECK(incomplete.events.back()["type"] == "response.incomplete");
  CHECK(incomplete.events.back()["response"]["incomplete_details"]["reason"] ==
        "max_output_tokens");

  const Answer cut = answer_to(Reply{}.delta("a").disconnect());
  CHECK_FALSE(cut.complete);
  CHECK(cut.types().back() == "response.output_text.delta");
}

TEST_CASE("HTTP errors instead of a stream") {
  const Answer json = answer_to(Reply{}.http_error(429, {{"error", {{"code", "slow_down"}}}}));
  CHECK(json.status == 429);
  CHECK(Json::parse(json.text) == Json{{"error", {{"code", "slow_down"}}}});

  const Answer text = answer_to(Reply{}.http_error(503, "gone fishing"));
  CHECK(text.status == 503);
  CHECK(text.text == "gone fishing");
}

TEST_CASE("a reply cannot go on behind its end") {
  CHECK_THROWS_AS(Reply{}.disconnect().text("x"), std::logic_error);
  CHECK_THROWS_AS(Reply{}.fail("a", "b").fail("a", "b"), std::logic_error);
  CHECK_THROWS_AS(Reply("x").http_error(500), std::logic_error);
  CHECK_THROWS_AS(Reply{}.http_error(500).delta("x"), std::logic_error);
}

TEST_CASE("a copy of a reply goes its own way") {
  MockModel mock;
  const Reply base = Reply{}.text("one");
  Reply longer = base;
  longer.text("two");
  mock.reply(base);
  mock.reply(longer);

  CHECK(ask(mock).events.size() == 5);
  CHECK(ask(mock).events.size() == 8);
}

TEST_CASE("replies go out in order, ids count on, and an empty queue is an HTTP 400") {
  MockModel mock;
  mock.reply("first");
  mock.reply("second");
  CHECK(mock.pending_replies() == 2);

  CHECK(ask(mock).events[2]["delta"] == "first");
  const Answer second = ask(mock);
  CHECK(second.events[2]["delta"] == "second");
  CHECK(second.events[2]["item_id"] == "msg_2");
  CHECK(second.events[0]["response"]["id"] == "resp_2");
  CHECK(mock.pending_replies() == 0);

  const Answer none = ask(mock);
  CHECK(none.status == 400);
  CHECK(none.text.starts_with("MockModel has no queued reply"));
  CHECK(mock.requests().size() == 3);
}

TEST_CASE("on_request answers when the queue is empty") {
  MockModel mock;
  mock.reply("queued");
  mock.on_request([](const ModelRequest& request) -> Reply {
    if (request.body.at("model") == "bad") throw std::runtime_error("no such model");
    if (request.body.at("model") == "worse") throw 42;
    return "you said " + request.last_user_text();
  });
  const Json body = {{"model", "m"}, {"input", Json::array({user_message("hi")})}};

  CHECK(ask(mock, body).events[2]["delta"] == "queued");
  CHECK(ask(mock, body).events[2]["delta"] == "you said hi");
  const Answer thrown = ask(mock, {{"model", "bad"}});
  CHECK(thrown.status == 400);
  CHECK(thrown.text == "The on_request() function of MockModel threw: no such model");
  CHECK(ask(mock, {{"model", "worse"}}).status == 400);
}

TEST_CASE("requests are recorded with headers and body") {
  MockModel mock;
  CHECK_THROWS_AS(static_cast<void>(mock.last_request()), std::out_of_range);
  CHECK_FALSE(mock.wait_for_requests(1, milliseconds{1}));
  mock.reply("a");
  const Json input =
      Json::array({user_message("first"),
                   {{"type", "message"}, {"role", "assistant"}, {"content", Json::array()}},
                   {{"type", "message"}, {"role", "user"}, {"content", "second"}},
                   {{"type", "function_call_output"}, {"call_id", "call_1"}, {"output", "done"}},
                   {{"type", "custom_tool_call_output"},
                    {"call_id", "call_2"},
                    {"output", Json::array({{{"type", "input_text"}, {"text", "pat"}},
                                            {{"type", "input_text"}, {"text", "ched"}}})}}});
  ask(mock, {{"model", "m"}, {"input", input}});

  CHECK(mock.wait_for_requests(1));
  const ModelRequest request = mock.last_request();
  CHECK(request.method == "POST");
  CHECK(request.path == "/v1/responses");
  CHECK(request.headers.at("x-test") == "Yes");
  CHECK_FALSE(request.headers.contains("remote_addr"));
  CHECK(request.body["model"] == "m");
  CHECK(request.user_texts() == std::vector<std::string>{"first", "second"});
  CHECK(request.last_user_text() == "second");
  CHECK(request.tool_output("call_1") == "done");
  CHECK(request.tool_output("call_2") == "patched");
  CHECK(request.tool_output("call_3") == std::nullopt);
}

TEST_CASE("a request without a JSON object has no texts") {
  for (const Json& body : {Json(nullptr), Json("text"), Json::array(), Json{{"input", "hi"}},
                           Json{{"input", {1, "x", {{"role", 1}}}}}}) {
    const ModelRequest request{.method = "POST", .path = "/", .headers = {}, .body = body};
    CHECK(request.user_texts().empty());
    CHECK(request.last_user_text().empty());
    CHECK(request.tool_output("call_1") == std::nullopt);
  }
}

TEST_CASE("the list of models, and what is not there") {
  const MockModel mock({.model = "some-model"});
  httplib::Client client(mock.url());

  const auto models = client.Get("/v1/models?client_version=1");
  REQUIRE(models);
  CHECK(Json::parse(models->body)["data"][0]["id"] == "some-model");
  const auto missing = client.Post("/v1/other", "{not json", "application/json");
  REQUIRE(missing);
  CHECK(missing->status == 404);

  CHECK(mock.requests().empty());
  const std::vector<ModelRequest> others = mock.other_requests();
  REQUIRE(others.size() == 2);
  CHECK(others[0].path == "/v1/models");
  CHECK(others[1].method == "POST");
  CHECK(others[1].body.is_null());
}

TEST_CASE("a gate holds the stream until it opens") {
  MockModel mock;
  const Gate gate;
  mock.reply(Reply{}.delta("a").wait_for(gate).delta("b"));
  CHECK_FALSE(gate.wait_reached(milliseconds{1}));

  std::promise<void> got_a;
  std::atomic<bool> opened = false;
  std::atomic<bool> b_came_early = false;
  std::future<bool> done = std::async(std::launch::async, [&] {
    httplib::Client client(mock.url());
    client.set_read_timeout(20);
    std::string text;
    bool told = false;
    httplib::Request request;
    request.method = "POST";
    request.path = "/v1/responses";
    request.content_receiver = [&](const char* data, std::size_t size, std::uint64_t,
                                   std::uint64_t) {
      text.append(data, size);
      if (!told && text.find(R"("delta":"a")") != std::string::npos) {
        told = true;
        got_a.set_value();
      }
      if (text.find(R"("delta":"b")") != std::string::npos && !opened) b_came_early = true;
      return true;
    };
    return static_cast<bool>(client.send(request));
  });

  CHECK(gate.wait_reached());
  CHECK(got_a.get_future().wait_for(seconds{60}) == std::future_status::ready);
  CHECK(done.wait_for(milliseconds{0}) == std::future_status::timeout);
  opened = true;
  gate.open();
  CHECK(done.get());
  CHECK_FALSE(b_came_early);
  CHECK(gate.is_open());
}

TEST_CASE("an open gate holds nothing") {
  MockModel mock;
  const Gate gate;
  gate.open();
  mock.reply(Reply{}.wait_for(gate).text("through"));

  CHECK(ask(mock).complete);
  CHECK(gate.wait_reached(milliseconds{0}));
}

TEST_CASE("passing a gate ends when it is stopped or no longer wanted") {
  const Gate gate;
  std::stop_source stop;
  std::future<bool> passed =
      std::async(std::launch::async, [&] { return gate.pass(stop.get_token()); });
  CHECK(gate.wait_reached());
  stop.request_stop();
  CHECK_FALSE(passed.get());

  int questions = 0;
  CHECK_FALSE(gate.pass({}, [&questions] { return ++questions < 3; }));
  CHECK(questions == 3);
}

TEST_CASE("a gate lets go when the client goes away") {
  MockModel mock;
  const Gate gate;
  // More than the server has threads: were they held, nobody would be left for the last request.
  for (int i = 0; i < 120; ++i) {
    mock.reply(Reply{}.delta("a").wait_for(gate).delta("b"));
    httplib::Client client(mock.url());
    client.set_read_timeout(20);
    httplib::Request request;
    request.method = "POST";
    request.path = "/v1/responses";
    request.content_receiver = [](const char*, std::size_t, std::uint64_t, std::uint64_t) {
      return false;
    };
    CHECK_FALSE(client.send(request));
  }
  mock.reply("next");

  CHECK(ask(mock).complete);
  CHECK_FALSE(gate.is_open());
}

TEST_CASE("the destructor does not wait for closed gates and long delays") {
  const Gate gate;
  const Gate before_delay;
  before_delay.open();
  std::future<Answer> at_gate;
  std::future<Answer> in_delay;
  Clock::time_point start;
  {
    MockModel mock;
    mock.reply(Reply{}.delta("a").wait_for(gate).delta("b"));
    at_gate = ask_in_background(mock);
    REQUIRE(gate.wait_reached());
    mock.reply(Reply{}.wait_for(before_delay).delay(seconds{60}).text("late"));
    in_delay = ask_in_background(mock);
    REQUIRE(before_delay.wait_reached());
    start = Clock::now();
  }
  CHECK(Clock::now() - start < codex::testing::at_once);
  CHECK_FALSE(at_gate.get().complete);
  CHECK_FALSE(in_delay.get().complete);
}

TEST_CASE("the destructor does not wait for a client that never ends its request") {
  std::optional<MockModel> mock(std::in_place);
  httplib::Client client(mock->url());
  std::promise<void> connected;
  std::promise<void> let_go;
  std::thread silent([&] {
    client.Post(
        "/v1/responses", 1000,
        [&](std::size_t, std::size_t, httplib::DataSink& sink) {
          sink.write("{", 1);
          connected.set_value();
          let_go.get_future().wait();
          return false;
        },
        "application/json");
  });
  REQUIRE(connected.get_future().wait_for(seconds{60}) == std::future_status::ready);
  mock->reply("x");
  REQUIRE(ask(*mock).complete);  // Connections are accepted in turn: the silent one is, by now.

  const auto start = Clock::now();
  mock.reset();
  CHECK(Clock::now() - start < seconds{20});  // it has five
  let_go.set_value();
  silent.join();
}

TEST_CASE("delays and pace take their time") {
  MockModel mock;
  mock.reply(Reply("x").pace(milliseconds{20}));
  mock.reply(Reply{}.delay(milliseconds{60}).text("x"));

  auto start = Clock::now();
  CHECK(ask(mock).complete);  // Five events, four pauses.
  CHECK(Clock::now() - start >= milliseconds{80});
  start = Clock::now();
  CHECK(ask(mock).complete);
  CHECK(Clock::now() - start >= milliseconds{60});
}

TEST_CASE("64 streams at once") {
  constexpr int streams = 64;
  MockModel mock;
  const Gate all;
  const std::vector<Gate> gates(streams);
  std::vector<std::future<Answer>> answers;
  answers.reserve(streams);
  for (const Gate& gate : gates) mock.reply(Reply{}.wait_for(gate).wait_for(all).text("x"));
  for (const Gate& gate : gates) gate.open();
  for (int i = 0; i < streams; ++i) answers.push_back(ask_in_background(mock));

  // Each has come as far as its own gate while all others are still held by the common one.
  for (const Gate& gate : gates) CHECK(gate.wait_reached());
  all.open();
  std::vector<std::string> ids;
  for (std::future<Answer>& future : answers) {
    const Answer answer = future.get();
    CHECK(answer.complete);
    ids.push_back(answer.events.at(0)["response"]["id"]);
  }
  std::sort(ids.begin(), ids.end());
  CHECK(std::unique(ids.begin(), ids.end()) == ids.end());
  CHECK(mock.requests().size() == streams);
}

TEST_CASE("after stop nobody answers") {
  MockModel mock;
  mock.reply("x");
  mock.stop();
  mock.stop();

  const Answer answer = ask(mock);
  CHECK_FALSE(answer.complete);
  CHECK(answer.status == 0);
  CHECK(std::filesystem::exists(mock.codex_home()));
}

TEST_CASE("the configuration keeps the runtime in its folders") {
  std::filesystem::path home;
  std::filesystem::path workspace;
  {
    const MockModel mock({.approval_policy = "on-request",
                          .settings = {{"features.goals", "true"}, {"model", "\"other\""}},
                          .extra_config = "[mcp_servers.x]\ncommand = \"true\"\n"});
    home = mock.codex_home();
    workspace = mock.workspace();
    const codex::CodexConfig config = mock.config();
    CHECK(config.cwd == workspace.string());
    CHECK(config.env.at("CODEX_HOME") == home.string());
    CHECK(config.env.at("OPENAI_API_KEY").empty());
    CHECK(std::filesystem::is_empty(workspace));

    const std::string toml = file_text(home / "config.toml");
    CHECK(toml.find("base_url = \"" + mock.url() + "/v1\"\n") != std::string::npos);
    CHECK(toml.find("approval_policy = \"on-request\"\n") != std::string::npos);
    CHECK(toml.find("sandbox_mode = \"read-only\"\n") != std::string::npos);
    CHECK(toml.find("features.plugins = false\n") != std::string::npos);
    CHECK(toml.find("features.goals = true\n") != std::string::npos);
    CHECK(toml.find("model = \"other\"\n") != std::string::npos);
    CHECK(toml.find("gpt-5.5") == std::string::npos);
    CHECK(toml.ends_with("\n[mcp_servers.x]\ncommand = \"true\"\n"));
    std::ofstream(workspace / "file") << "x";
  }
  CHECK_FALSE(std::filesystem::exists(home));
  CHECK_FALSE(std::filesystem::exists(workspace));
}

TEST_CASE("a mock can move") {
  MockModel first;
  first.reply("one");
  MockModel second = std::move(first);
  CHECK(ask(second).complete);

  const std::filesystem::path home = second.codex_home();
  second = MockModel();
  CHECK_FALSE(std::filesystem::exists(home));
  second.reply("two");
  CHECK(ask(second).complete);
}

TEST_CASE("a mock remembers the latest requests, and counts those that it dropped") {
  MockModel mock({.max_requests = 3});
  mock.on_request([](const ModelRequest&) { return Reply("ok"); });
  for (int i = 1; i <= 5; ++i) (void)ask(mock, {{"model", std::to_string(i)}});
  std::vector<std::string> models;
  for (const ModelRequest& request : mock.requests()) models.push_back(request.body.at("model"));
  CHECK(models == std::vector<std::string>{"3", "4", "5"});
  CHECK(mock.last_request().body.at("model") == "5");
  CHECK(mock.dropped_requests() == 2);
  CHECK(mock.wait_for_requests(5, milliseconds{1}));
  CHECK_FALSE(mock.wait_for_requests(6, milliseconds{1}));
}

TEST_CASE("a mock remembers so many bytes of requests, and always the newest") {
  MockModel mock({.max_request_bytes = 1000});
  mock.on_request([](const ModelRequest&) { return Reply("ok"); });
  for (int i = 0; i < 3; ++i) (void)ask(mock, {{"model", std::string(400, 'm')}});
  CHECK(mock.requests().size() == 2);
  (void)ask(mock, {{"model", std::string(5000, 'm')}});
  CHECK(mock.requests().size() == 1);
  CHECK(mock.dropped_requests() == 3);
}

TEST_CASE("a mock's home of the app's own stays, for this user only") {
  const codex::testing::detail::TempDir folder("codex-home-test-");
  const std::filesystem::path home = folder.path() / "deep" / "home";
  for (int run = 0; run < 2; ++run) {
    const MockModel mock({.home = home});
    CHECK(mock.codex_home() == home);
    CHECK(mock.config().env.at("CODEX_HOME") == home.string());
    CHECK(file_text(home / "config.toml").find(mock.url()) != std::string::npos);
  }
  CHECK_FALSE(codex::testing::is_open_to_others(home));
  CHECK(std::filesystem::exists(home / "config.toml"));
}

TEST_CASE("a mock does not overwrite the config.toml of a person") {
  const codex::testing::detail::TempDir home("codex-home-test-");
  const std::filesystem::path file = home.path() / "config.toml";
  std::ofstream(file, std::ios::binary) << "model = \"mine\"\n";
  CHECK_THROWS_AS(MockModel({.home = home.path()}), std::runtime_error);
  CHECK(file_text(file) == "model = \"mine\"\n");
}
