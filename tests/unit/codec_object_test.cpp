#include "codec_checks.hpp"

namespace codec_types {
namespace {

TEST_CASE("codec: members find their fields in any order and with escaped names") {
  CHECK(comes_back<Point>(R"({"y":2,"x":1})") == Point{.x = 1, .y = 2});
  CHECK(comes_back<Point>(R"( { "\u0079" : 2 , "x":1 } )") == Point{.x = 1, .y = 2});
}

TEST_CASE("codec: members that nobody knows are kept and written back") {
  const auto point = comes_back<Point>(R"({"x":1,"new":{"deep":[1,2.5,null,"s"]},"":0,"o\"d":[]})");
  CHECK(point.extra.size() == 3);
  CHECK(*point.extra.find("new") == Json{{"deep", {1, 2.5, nullptr, "s"}}});
  CHECK(point.extra.find("x") == nullptr);
  CHECK(codex::protocol::encode(point).starts_with(R"({"x":1,)"));
}

TEST_CASE("codec: a required member that is missing is named") {
  CHECK(error_of<Point>("{}") == "missing member \"x\"");
  CHECK(error_of<Nested>(R"({"point":{"x":1},"points":[{"x":1},{"y":1}],"byName":{}})") ==
        "points[1]: missing member \"x\"");
}

TEST_CASE("codec: of a member that comes twice the last one counts, and nothing of the first") {
  const auto nested = codex::protocol::decode<Nested>(
      R"({"point":{"x":1,"y":2,"z":3},"points":[{"x":1}],"byName":{"a":{"x":1}},"holes":[],
          "color":"red","point":{"x":4},"points":[{"x":5},{"x":6}],
          "byName":{"b":{"x":7,"y":8},"b":{"x":9}},"holes":[null],"color":null})");
  Nested wanted{.point = {.x = 4}, .points = {{.x = 5}, {.x = 6}}, .by_name = {}, .color = {}};
  wanted.by_name["b"].x = 9;
  wanted.holes = {std::nullopt};
  CHECK(nested == wanted);
  CHECK(nested.point.extra.empty());

  const auto twice = codex::protocol::decode<Presence>(
      R"({"needed":"a","needed":"b","neededOrNull":"c","neededOrNull":null,"maybeOrNull":"d",
          "maybeOrNull":null,"standardList":["e"],"standardList":["f"],"n":1,"n":2})");
  CHECK(twice.needed == "b");
  CHECK(!twice.needed_or_null);
  CHECK(twice.maybe_or_null.is_null());
  CHECK(twice.standard_list.value() == std::vector<std::string>{"f"});
  CHECK(*twice.extra.find("n") == 2);
}

TEST_CASE("codec: absent, null and value stay apart as the type says") {
  const auto bare = comes_back<Presence>(R"({"needed":"n","neededOrNull":null})");
  CHECK(!bare.needed_or_null);
  CHECK(bare.maybe_or_null.is_absent());
  CHECK(bare.standard.value());
  CHECK(!bare.standard.is_set());

  const auto full = comes_back<Presence>(
      R"({"needed":"n","neededOrNull":"o","maybe":"m","maybeOrNull":"","standard":true,
          "standardList":[]})");
  CHECK(full.needed_or_null == "o");
  CHECK(full.maybe == "m");
  CHECK(full.maybe_or_null == "");
  CHECK(full.standard.is_set());
  CHECK(full.standard_list.is_set());

  const auto null = comes_back<Presence>(R"({"needed":"","neededOrNull":null,"maybeOrNull":null})");
  CHECK(null.maybe_or_null.is_null());
}

TEST_CASE("codec: null only where the schema allows it") {
  const std::string needed = R"({"needed":"n","neededOrNull":null,)";
  CHECK(comes_back<Presence>(needed + R"("maybe":null})").extra.size() == 1);
  CHECK(comes_back<Presence>(needed + R"("standard":null})").extra.size() == 1);
  CHECK(error_of<Presence>(R"({"needed":null,"neededOrNull":null})") ==
        "needed: expected string, got null");
  CHECK(error_of<Presence>(R"({"needed":"n"})") == "missing member \"neededOrNull\"");
  // Any JSON may be null, too.
  const auto scalars = comes_back<Scalars>(R"({"any":null})");
  CHECK(scalars.any.has_value());
}

TEST_CASE("codec: elements of lists and maps may be null where they are optional") {
  const auto nested = comes_back<Nested>(
      R"({"point":{"x":0},"points":[],"byName":{"":{"x":1},"a b":{"x":2}},"holes":[1,null,-3],
          "color":"green"})");
  CHECK(nested.holes == std::vector<std::optional<std::int64_t>>{1, std::nullopt, -3});
  CHECK(nested.by_name.at("a b").x == 2);
  CHECK(nested.color == Color::green);
  CHECK(comes_back<std::optional<Point>>("null") == std::nullopt);
}

TEST_CASE("codec: errors name the place") {
  const auto nested = [](std::string_view points, std::string_view by_name) {
    return error_of<Nested>(R"({"point":{"x":0},"holes":[],"color":null,"points":)" +
                            std::string(points) + R"(,"byName":)" + std::string(by_name) + "}");
  };
  CHECK(nested(R"([{"x":1},{"x":"secret"}])", "{}") == "points[1].x: expected integer, got string");
  CHECK(nested("{}", "{}") == "points: expected array, got object");
  CHECK(nested("[true]", "{}") == "points[0]: expected object, got boolean");
  CHECK(nested("[]", R"({"key":{"x":[]}})") == "byName.key.x: expected integer, got array");
  CHECK(nested("[]", R"({"a key":{"x":null}})") ==
        "byName[\"a key\"].x: expected integer, got null");
  CHECK(nested("[]", R"({"1":{}})") == "byName[\"1\"]: missing member \"x\"");
  CHECK(nested("[]", "[]") == "byName: expected object, got array");
  CHECK(error_of<Point>("[]") == "expected object, got array");
  CHECK(error_of<std::vector<Point>>("[{}]") == "[0]: missing member \"x\"");
}

TEST_CASE("codec: a decode error has its path and its problem apart") {
  try {
    (void)codex::protocol::decode<Nested>(R"({"points":[{"x":1.5}]})");
    FAIL("no error");
  } catch (const codex::DecodeError& error) {
    CHECK(error.path() == "points[0].x");
    CHECK(error.problem() == "expected integer, got number 1.5");
    CHECK(error.method().empty());
  }
}

TEST_CASE("codec: a long key is cut in a path, between characters") {
  std::string key = "k";
  for (int i = 0; i < 60; ++i) key += "\u00fc";
  const std::string error = error_text(
      [&] { (void)codex::protocol::decode<std::map<std::string, bool>>("{\"" + key + "\":1}"); });
  CHECK(error.starts_with("[\"k\u00fc"));
  CHECK(error.ends_with("\u00fc...\"]: expected boolean, got number"));
  CHECK(error.size() < 110);
  CHECK(Json(error).dump().size() > error.size());  // throws where the cut broke a character
}

TEST_CASE("codec: more members than the table hashes") {
  std::string text = "{";
  for (std::size_t i = 0; i < Wide::count; ++i) {
    text += "\"m" + std::string(i < 10 ? "0" : "") + std::to_string(i) + "\":" + std::to_string(i) +
            ",";
  }
  const auto wide = comes_back<Wide>(text + "\"m70\":70}");
  for (std::size_t i = 0; i < Wide::count; ++i) {
    CHECK(wide.members[i] == static_cast<std::int64_t>(i));
  }
  CHECK(wide.extra.size() == 1);
  CHECK(comes_back<Wide>(R"({"m69":"x"})").extra.size() == 1);
}

TEST_CASE("codec: an object inside another, named by its key, by itself") {
  CHECK(comes_back<GranularPolicy>(R"({"granular":{"rules":true,"new":1}})").rules);
  CHECK(error_of<GranularPolicy>(R"({"rules":true})") == "rules: unexpected member");
  CHECK(error_of<GranularPolicy>("{}") == "missing member \"granular\"");
  CHECK(error_of<GranularPolicy>(R"({"granular":{}})") == "granular: missing member \"rules\"");
  CHECK(error_of<GranularPolicy>(R"({"granular":1})") == "granular: expected object, got number");
  CHECK(codex::protocol::decode<GranularPolicy>(
            R"({"granular":{"rules":true,"a":1},"granular":{"rules":false}})") == GranularPolicy{});
}

TEST_CASE("codec: an arm by itself still has its tag") {
  CHECK(comes_back<TextPart>(R"({"text":"t","type":"text","new":1})").text == "t");
  CHECK(codex::protocol::encode(TextPart{.text = "t"}) == R"({"type":"text","text":"t"})");
  CHECK(error_of<TextPart>(R"({"text":"t"})") == "missing member \"type\"");
  CHECK(error_of<TextPart>(R"({"type":"point","text":"t"})") ==
        "type: expected \"text\", got another string");
  CHECK(error_of<TextPart>(R"({"type":7,"text":"t"})") == "type: expected string, got number");
}

}  // namespace
}  // namespace codec_types
