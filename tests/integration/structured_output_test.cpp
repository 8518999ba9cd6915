#include <doctest/doctest.h>

#include <codex/codex.hpp>
#include <codex/describe.hpp>
#include <codex/testing.hpp>

#include "support/face.hpp"

using codex::Json;
using codex::testing::MockModel;
using codex::testing::Reply;
using namespace std::chrono_literals;

namespace {

struct Stop {
  std::string city;
  int nights = 1;
};
CODEX_DESCRIBE(Stop, city, nights)

struct Trip {
  std::vector<Stop> stops;
  std::optional<std::string> note = {};
};
CODEX_DESCRIBE(Trip, (stops, "In order"), note)

const char* const good = R"({"stops":[{"city":"Oslo","nights":2}],"note":null})";
const char* const bad = R"({"stops":[{"city":"Oslo","nights":"two"}],"note":null})";

}  // namespace

TEST_CASE("run_as asks for the struct's schema, and reads the answer as the struct") {
  MockModel mock;
  mock.reply(Reply{}.commentary("Thinking of Norway.").final_answer(good));
  face::Codex codex(mock.config());
  const auto parsed = codex.thread_start().run_as<Trip>("Where to?", {.effort = "high"});

  REQUIRE(parsed.value.stops.size() == 1);
  CHECK(parsed.value.stops[0].city == "Oslo");
  CHECK(parsed.value.stops[0].nights == 2);
  CHECK_FALSE(parsed.value.note);
  CHECK(parsed.turn.final_response == good);
  const Json format = mock.last_request().body.at("/text/format"_json_pointer);
  CHECK(format.at("strict") == true);
  CHECK(format.at("schema") == codex::strict_schema_of<Trip>());
}

TEST_CASE("an answer that is one fence of Markdown is read, and text around it is none") {
  MockModel mock;
  face::Codex codex(mock.config());
  auto thread = codex.thread_start();
  const std::string json = good;
  for (const std::string& answer :
       {"```json\n" + json + "\n```", "```\n" + json + "\n```",
        " \r\n```JSON\r\n" + json + "\r\n```\n\n", "````json\n" + json + "\n````",
        "```json " + json + "```", "\n" + json + "\n"}) {
    CAPTURE(answer);
    mock.reply(answer);
    const auto parsed = thread.run_as<Trip>("Where to?");
    CHECK(parsed.value.stops.at(0).city == "Oslo");
    CHECK(parsed.turn.final_response == answer);
  }
  for (const std::string& answer :
       {"Here it is:\n```json\n" + json + "\n```", "```json\n" + json + "\n```\nAnything else?",
        "```json\n" + json, "``" + json + "``",
        "```json\n" + json + "\n```\n```json\n" + json + "\n```", std::string("```json\n```"),
        std::string("```"), std::string("``````")}) {
    CAPTURE(answer);
    mock.reply(answer);
    CHECK_THROWS_AS((void)thread.run_as<Trip>("Where to?"), codex::OutputParseError);
  }
  mock.reply("```json\n" + std::string(bad) + "\n```");
  try {
    (void)thread.run_as<Trip>("Where to?");
    FAIL("it fitted");
  } catch (const codex::OutputParseError& error) {
    CHECK(error.path() == "stops[0].nights");
    CHECK(error.text() == "```json\n" + std::string(bad) + "\n```");
  }
}

TEST_CASE("an answer that does not fit throws, with its text, the path and the turn") {
  MockModel mock;
  face::Codex codex(mock.config());
  auto thread = codex.thread_start();
  const auto ask = [&](const Reply& reply) {
    mock.reply(reply);
    try {
      (void)thread.run_as<Trip>("Where to?");
    } catch (const codex::OutputParseError& error) {
      return error;
    }
    throw std::logic_error("it fitted");
  };
  const auto wrong = ask(bad);
  CHECK(wrong.text() == bad);
  CHECK(wrong.path() == "stops[0].nights");
  CHECK(wrong.problem() == "expected integer, got string");
  CHECK(wrong.turn().final_response == bad);
  CHECK(wrong.what() ==
        std::string("The answer of the turn does not fit: stops[0].nights: expected integer, got "
                    "string"));

  const auto no_json = ask("Go to Oslo!");
  CHECK(no_json.text() == "Go to Oslo!");
  CHECK(no_json.path().empty());
  CHECK(no_json.problem().starts_with("not JSON: "));

  const auto none = ask(Reply{}.commentary("Hm."));
  CHECK(none.text().empty());
  CHECK(none.problem() == "there is none; the turn is completed");
  CHECK(none.turn().items.size() == 2);
  CHECK(mock.requests().size() == 3);  // nothing was asked twice
}

TEST_CASE("the model is told what was wrong, and may answer again") {
  MockModel mock;
  mock.reply(bad);
  mock.reply("I do not know.");
  mock.reply(good);
  face::Codex codex(mock.config());
  auto thread = codex.thread_start();
  const auto parsed = thread.run_as<Trip>("Where to?", {.output_retries = 2});

  CHECK(parsed.value.stops.at(0).nights == 2);
  REQUIRE(parsed.attempts.size() == 2);
  CHECK(parsed.attempts[0].final_response == bad);
  CHECK(parsed.attempts[1].final_response == "I do not know.");
  CHECK(parsed.attempts[1].id != parsed.turn.id);
  const auto requests = mock.requests();
  REQUIRE(requests.size() == 3);
  CHECK(requests[1].last_user_text() ==
        "Your answer does not fit: stops[0].nights: expected integer, got string\n"
        "Answer again, with JSON that fits the schema, and nothing else.");
  CHECK(requests[2].last_user_text().starts_with("Your answer does not fit: not JSON: "));
  CHECK(requests[2].body.at("/text/format/schema"_json_pointer) == codex::strict_schema_of<Trip>());

  mock.reply(bad);
  mock.reply(bad);
  CHECK_THROWS_AS((void)thread.run_as<Trip>("Where to?", {.output_retries = 1}),
                  codex::OutputParseError);
  CHECK(mock.requests().size() == 5);
}

TEST_CASE("a turn that is streamed gives a struct in the end, too") {
  MockModel mock;
  mock.reply(good);
  face::Codex codex(mock.config());
  auto turn =
      codex.thread_start().turn("Where to?", {.output_schema = codex::strict_schema_of<Trip>()});
  std::string streamed;
  for (const codex::Notification& event : turn.stream()) {
    const auto delta = event.as<codex::protocol::notifications::ItemAgentMessageDelta>();
    if (delta) streamed += delta->delta;
  }
  CHECK(streamed == good);
  CHECK(turn.run_as<Trip>().value.stops.at(0).city == "Oslo");
}

TEST_CASE("a turn that is interrupted has no answer, and is not asked again") {
  MockModel mock;
  codex::testing::Gate gate;
  mock.reply(Reply{}.delta("{").wait_for(gate));
  face::Codex codex(mock.config());
  auto turn =
      codex.thread_start().turn("Where to?", {.output_schema = codex::strict_schema_of<Trip>()});
  REQUIRE(gate.wait_reached(60s));
  turn.interrupt();
  CHECK_THROWS_WITH_AS(
      (void)turn.run_as<Trip>(),
      "The answer of the turn does not fit: there is none; the turn is interrupted",
      codex::OutputParseError);
}
