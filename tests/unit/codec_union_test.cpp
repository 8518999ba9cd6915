#include "codec_checks.hpp"

namespace codec_types {
namespace {

using codex::protocol::decode;
using codex::protocol::encode;

TEST_CASE("codec: a tagged union takes the arm that its tag names, wherever the tag stands") {
  for (const char* text : {R"({"type":"text","id":"a","text":"t","new":1})",
                           R"({"id":"a","new":1,"text":"t","type":"text"})",
                           R"({"new":{"type":"point"},"text":"t","ty\u0070e":"text","id":"a"})"}) {
    const auto part = comes_back<Part>(text);
    REQUIRE(part.is<TextPart>());
    CHECK(part.as<TextPart>()->text == "t");
    CHECK(part.as<TextPart>()->extra.size() == 1);
    CHECK(part.id == "a");
  }
  CHECK(encode(decode<Part>(R"({"text":"t","rank":1,"id":"a","type":"text"})")) ==
        R"({"type":"text","id":"a","rank":1,"text":"t"})");
}

TEST_CASE("codec: a tagged union keeps what it does not know, and the shared members that fit") {
  for (const char* text : {R"({"type":"new","id":"a","rank":7,"x":[1]})", R"({"id":"a","rank":7})",
                           R"({"type":3,"id":"a","rank":7})", R"({"type":null,"id":"a","rank":7})",
                           R"({"id":"a","rank":7,"type":{"type":"text"}})"}) {
    const auto part = comes_back<Part>(text);
    REQUIRE(part.is<Unknown>());
    CHECK(part.as<Unknown>()->raw == Json::parse(text));
    CHECK(part.id == "a");
    CHECK(part.rank == 7);
  }
  const auto odd = comes_back<Part>(R"({"type":"new","id":7,"rank":"x"})");
  CHECK(odd.id.empty());
  CHECK(!odd.rank);
  CHECK(!comes_back<Part>(R"({"type":"new","rank":null})").rank);
  CHECK(!comes_back<Part>(R"({"type":"new","rank":1.5})").rank);
  for (const char* text : {"null", "3", "\"text\"", "[]", "{}", "true"}) {
    CHECK(comes_back<Part>(text).is<Unknown>());
  }
}

TEST_CASE("codec: a known arm that does not fit is unknown, and keeps the shared members") {
  for (const char* text :
       {R"({"type":"text","id":"a","rank":7,"text":1})", R"({"type":"text","id":"a","rank":7})",
        R"({"id":"a","text":null,"type":"text","rank":7})",
        R"({"type":"point","point":{"y":1},"id":"a","rank":7})"}) {
    const auto part = comes_back<Part>(text);
    REQUIRE(part.is<Unknown>());
    CHECK(part.as<Unknown>()->raw == Json::parse(text));
    CHECK(part.id == "a");
    CHECK(part.rank == 7);
  }
  CHECK(comes_back<Part>(R"({"type":"text","text":"t"})").is<Unknown>());
  const auto list = comes_back<std::vector<Part>>(
      R"([{"type":"text","id":"a","text":"t"},{"type":"point","id":"b","point":{}}])");
  CHECK(list[0].is<TextPart>());
  CHECK(list[1].is<Unknown>());
}

TEST_CASE("codec: a shared member that does not fit stays raw, and the arm is known") {
  const auto part = comes_back<Part>(R"({"rank":null,"type":"text","text":"t","id":"a"})");
  REQUIRE(part.is<TextPart>());
  CHECK(!part.rank);
  CHECK(part.as<TextPart>()->extra.find("rank")->is_null());
}

TEST_CASE("codec: of two tags the last one counts") {
  const auto part = decode<Part>(
      R"({"type":"text","id":"a","text":"t","rank":1,"type":"point","point":{"x":1}})");
  REQUIRE(part.is<PointPart>());
  CHECK(part.as<PointPart>()->extra.size() == 1);
  CHECK(part.rank == 1);
  CHECK(decode<Part>(R"({"type":"text","id":"a","text":"t","type":"new"})").is<Unknown>());
  CHECK(decode<Part>(R"({"type":"new","type":"text","id":"a","text":"t"})").is<TextPart>());
  CHECK(decode<Part>(R"({"type":"text","type":"text","id":"a","text":"t"})").is<TextPart>());
}

TEST_CASE("codec: a tag that is no JSON is an error, whatever tags come behind it") {
  for (const char* value : {"@", "NaN", ":", "+5", "[1}", "tru", "{\"a\" 1}"}) {
    CAPTURE(value);
    const std::string bad = std::string(R"("type":)") + value;
    CHECK_THROWS_AS(
        (void)decode<Part>(R"({"type":"text",)" + bad + R"(,"type":"text","id":"a","text":"t"})"),
        codex::DecodeError);
    CHECK_THROWS_AS(
        (void)decode<Part>(R"({"id":"a","text":"t","type":"text",)" + bad + R"(,"type":"text"})"),
        codex::DecodeError);
  }
}

TEST_CASE("codec: unions in lists and maps") {
  using Parts = std::map<std::string, std::vector<Part>>;
  const auto parts = comes_back<Parts>(
      R"({"k":[{"type":"text","id":"a","text":""},{"type":"new"},{"type":"point","id":"b",
          "point":{"x":1}}],"l":[]})");
  CHECK(parts.at("k")[2].is<PointPart>());
  CHECK(parts.at("k")[2] == parts.at("k")[2]);
  CHECK(!(parts.at("k")[2] == parts.at("k")[0]));
}

TEST_CASE("codec: an external union is a string or an object with a key") {
  CHECK(comes_back<Policy>("\"red\"") == Policy(Color(Color::red)));
  CHECK(comes_back<Policy>("\"blue\"").as<Color>()->name() == "blue");
  CHECK(comes_back<Policy>(R"({"granular":{"rules":true,"new":1}})").as<GranularPolicy>()->rules);
  const auto number = comes_back<Policy>(R"({"new":1,"number":3})");
  REQUIRE(number.is<NumberPolicy>());
  CHECK(number.as<NumberPolicy>()->extra.size() == 1);
  for (const char* text : {R"({"granular":{"rules":true},"more":1})", R"({"other":{}})", "{}", "[]",
                           "null", "3", R"({"":1})"}) {
    CHECK(comes_back<Policy>(text).is<Unknown>());
  }
  CHECK(comes_back<Wordless>("\"red\"").is<Unknown>());
  CHECK(comes_back<Wordless>(R"({"granular":{"rules":true}})").is<GranularPolicy>());
  CHECK(comes_back<Policy>(R"({"granular":{"rules":1}})").is<Unknown>());
  CHECK(comes_back<Policy>(R"({"number":"x"})").is<Unknown>());
  CHECK(decode<Policy>(R"({"number":"x","number":3})").is<NumberPolicy>());
}

TEST_CASE("codec: a union by shape goes by the JSON type") {
  CHECK(comes_back<RequestId>("\"a\"") == RequestId(std::string("a")));
  CHECK(comes_back<RequestId>("7") == RequestId(std::int64_t{7}));
  for (const char* text : {"7.5", "null", "true", "[]", "{}"}) {
    CHECK(comes_back<RequestId>(text).is<Unknown>());
  }
  CHECK(comes_back<RequestId>("18446744073709551615").is<Unknown>());
  CHECK(comes_back<Deck>("[1,2]").is<std::vector<std::int64_t>>());
  CHECK(comes_back<Deck>("7.5").is<double>());
  CHECK(comes_back<Deck>("[1,2.5]").is<Unknown>());
}

TEST_CASE("codec: a union by shape tells objects apart by their members") {
  // Closed, and exactly its member.
  CHECK(comes_back<Deck>(R"({"point":{"x":1}})").is<ClosedCard>());
  // The first has one member too many, the second fits.
  CHECK(comes_back<Deck>(R"({"point":{"x":1},"kind":"card"})").is<Card>());
  CHECK(comes_back<Deck>(R"({"point":{"x":1},"kind":"card","color":"red","new":1})").is<Card>());
  // Another literal: nobody takes it strictly, so the first that only adds a member.
  CHECK(comes_back<Deck>(R"({"point":{"x":1},"kind":"other"})").is<ClosedCard>());
  // The point is none.
  CHECK(comes_back<Deck>(R"({"point":{"x":"?"}})").is<LooseCard>());
  CHECK(comes_back<Deck>(R"({"point":{"x":1.5},"new":1})").is<LooseCard>());
  // A union as an arm matches when one of its arms does.
  const auto part = comes_back<Deck>(R"({"type":"text","id":"a","text":"t"})");
  REQUIRE(part.is<Part>());
  CHECK(part.as<Part>()->is<TextPart>());
  CHECK(comes_back<Deck>(R"({"type":"new","id":"a","text":"t"})").is<Unknown>());
  CHECK(comes_back<Deck>(R"({"type":"text","text":"t"})").is<Unknown>());
  CHECK(comes_back<Deck>("{}").is<Unknown>());
  // Of those that only add members, the one that knows the most of them.
  CHECK(comes_back<Deck>(R"({"point":{"x":1},"kind":"card","color":"blue","new":1})").is<Card>());
  // An optional enum that is newer than the SDK does not stand in the way.
  CHECK(comes_back<Deck>(R"({"kind":"card","point":{"x":{}},"color":"blue"})").is<LooseCard>());
}

}  // namespace
}  // namespace codec_types
