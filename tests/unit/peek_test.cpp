#include "wire/peek.hpp"

#include <doctest/doctest.h>

#include <codex/protocol/support/json.hpp>

namespace codex::detail {
namespace {

std::vector<std::string> texts(const std::vector<Peek>& values) {
  std::vector<std::string> out;
  for (const Peek value : values) out.emplace_back(value.raw());
  return out;
}

using Texts = std::vector<std::string>;

/// With the same content, however it is written.
bool same(const std::string& text, const Json& wanted) { return Json::parse(text) == wanted; }

}  // namespace

TEST_CASE("peek: a value is found by the names on its way, as it stands in the text") {
  const std::string text =
      R"( { "a" : [1,{"id":"no"}], "turn" : {"x":"}\"{", "id" : "u\u0031" , "n": -7}, "e":{} } )";
  const Peek turn = Peek(text)["turn"];
  CHECK(turn["id"].text() == "u1");
  CHECK(turn["id"].raw() == R"("u\u0031")");
  CHECK(turn["id"].is("u1"));
  CHECK_FALSE(turn["n"].is("-7"));
  CHECK(turn["n"].integer() == -7);
  CHECK(turn["x"].text() == "}\"{");
  CHECK(Peek(text)["a"].raw() == R"([1,{"id":"no"}])");
  CHECK(Peek(text)["e"].is_object());
  CHECK(turn.raw().data() > text.data());
  CHECK(turn.raw().data() < text.data() + text.size());
}

TEST_CASE("peek: what is not there reads as nothing, at any depth") {
  const Peek text(R"({"turn":{"id":7,"none":null,"list":[{"id":"x"}]}})");
  for (const Peek absent : {text["Turn"], text["turn"]["no"]["id"], text["turn"]["id"]["id"],
                            text["turn"]["list"]["id"], text["turn"][""], Peek()["a"], Peek("")}) {
    CHECK_FALSE(absent);
    CHECK(absent.raw().empty());
    CHECK(absent.text().empty());
    CHECK_FALSE(absent.integer());
    CHECK(absent.elements().empty());
    CHECK(absent.members().empty());
  }
  CHECK_FALSE(text["turn"]["none"]);
  CHECK(text["turn"]["none"].raw() == "null");
  CHECK(text["turn"]["id"]);
  CHECK(text["turn"]["id"].text().empty());
}

TEST_CASE("peek: of a repeated member the last counts, and escaped names are the same names") {
  CHECK(Peek(R"({"id":"a","id":"b"})")["id"].is("b"));
  CHECK(Peek(R"({"i\u0064":"a"})")["id"].is("a"));
  CHECK(Peek(R"({"id":"a","\u0069d":"b"})")["id"].is("b"));
  CHECK(Peek(R"({"say \"it\"":1})")[R"(say "it")"].integer() == 1);
}

TEST_CASE("peek: strings end at a quote after an even number of backslashes") {
  const Peek text(R"({"a":"\\","b":"\\\"","c":"\\\\","d":"\"","e":""})");
  CHECK(text["a"].text() == "\\");
  CHECK(text["b"].text() == "\\\"");
  CHECK(text["c"].text() == "\\\\");
  CHECK(text["d"].text() == "\"");
  CHECK(text["e"].is_string());
  CHECK(text["e"].text().empty());
}

TEST_CASE("peek: a string is read the same wherever its end and its escapes stand") {
  for (std::size_t before = 0; before < 24; ++before) {
    for (const char* inside : {"", R"(\")", R"(\\)", R"(\\\")", "\xc3\xa9", "\x7f\xff"}) {
      for (std::size_t after = 0; after < 10; ++after) {
        const std::string value =
            '"' + std::string(before, 'x') + inside + std::string(after, '!') + '"';
        const std::string text = R"({"a":)" + value + R"(,"b":1})";
        CHECK(Peek(text)["a"].raw() == value);
        CHECK(Peek(text)["b"].integer() == 1);
      }
    }
    for (const char control : {'\0', '\n', '\x1f'}) {
      CHECK_FALSE(Peek('"' + std::string(before, 'x') + control + "yyyyyyyyy\""));
    }
  }
}

TEST_CASE("peek: an integer is one without fraction and exponent, of 64 bits") {
  CHECK(Peek("9223372036854775807").integer() == std::int64_t{9223372036854775807});
  for (const char* other : {"9223372036854775808", "1.0", "1e3", "\"1\"", "true", "null", "{}"}) {
    CAPTURE(other);
    CHECK_FALSE(Peek(other).integer());
  }
}

TEST_CASE("peek: elements and members come in order") {
  const Peek list(R"([ 1 , "a,b" ,{"x":[2]}, null])");
  CHECK(texts(list.elements()) == Texts{"1", R"("a,b")", R"({"x":[2]})", "null"});
  const Peek object(R"({"b":1,"\u0061":[2]})");
  CHECK(texts(object.elements()) == Texts{"1", "[2]"});
  REQUIRE(object.members().size() == 2);
  CHECK(object.members()[1].first == "a");
  CHECK(object.members()[1].second.raw() == "[2]");
  CHECK(list.members().front().first.empty());
  CHECK(texts(Peek(R"("x")").elements()) == Texts{R"("x")"});
  CHECK(Peek("null").elements().empty());
  CHECK(Peek("[]").elements().empty());
  CHECK(Peek("[]").is_array());
}

TEST_CASE("peek: text that is cut off, or no JSON, is read no further than it goes") {
  const std::string whole = R"({"a":{"b":["c\"",{"d":1}]},"e":"f"})";
  CHECK(Peek(whole)["e"].is("f"));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string cut = whole.substr(0, size);
    CHECK_FALSE(Peek(cut));
  }
  for (const char* text : {"{a:1}", "{\"a\" 1}", "{\"a\":}", "{,}", "{\"a\":1 \"b\":2}", "[1 2]"}) {
    CAPTURE(text);
    CHECK_FALSE(Peek(text)["b"]);
    CHECK(Peek(text).elements().size() <= 1);
  }
  CHECK(Peek(R"({"a":"\ud800"})")["a"].text().empty());
}

TEST_CASE("peek: depth costs no stack") {
  const std::size_t depth = 2'000'000;
  const std::string tower = std::string(depth, '[') + std::string(depth, ']');
  const std::string text = R"({"x":)" + tower + R"(,"id":"a"})";
  CHECK(Peek(text)["id"].is("a"));
  CHECK(Peek(text)["x"].raw() == tower);
}

TEST_CASE("with_value replaces a value, or adds it with the objects on its way") {
  CHECK(with_value(R"({"a":{"b":1 ,"c":2}} )", {"a", "b"}, "\"x\"") == R"({"a":{"b":"x" ,"c":2}})");
  CHECK(same(with_value(R"({"a":{"c":2}})", {"a", "b"}, "1"), {{"a", {{"b", 1}, {"c", 2}}}}));
  CHECK(same(with_value(R"({"a":{ }})", {"a", "b"}, "1"), {{"a", {{"b", 1}}}}));
  CHECK(same(with_value(R"({"z":0})", {"a", "b"}, "1"), {{"z", 0}, {"a", {{"b", 1}}}}));
  CHECK(same(with_value(R"({"a":[1]})", {"a", "b"}, "1"), {{"a", {{"b", 1}}}}));
  CHECK(same(with_value("null", {"say \"it\""}, "1"), {{"say \"it\"", 1}}));
  CHECK(same(with_value(R"({"a":1,"a":2})", {"a"}, "3"), {{"a", 3}}));
}

}  // namespace codex::detail
