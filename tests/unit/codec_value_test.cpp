#include "codec_checks.hpp"

namespace codec_types {
namespace {

using codex::protocol::decode;
using codex::protocol::unknown_parts;
using codex::protocol::UnknownPart;
using Parts = std::vector<UnknownPart>;

TEST_CASE("codec: nothing unknown is nothing to report") {
  CHECK(unknown_parts(decode<Nested>(R"({"point":{"x":1},"points":[{"x":1,"y":2}],"byName":{},
                                         "holes":[null],"color":"red"})"))
            .empty());
  CHECK(unknown_parts(Presence{.needed = "n", .needed_or_null = {}}).empty());
}

TEST_CASE("codec: what is unknown, and where") {
  const auto nested = decode<Nested>(
      R"({"point":{"x":1,"new":2},"points":[{"x":1},{"x":1,"odd key":2}],
          "byName":{"k":{"x":1,"z":0}},"holes":[],"color":"blue","more":[]})");
  CHECK(unknown_parts(nested) == Parts{{"point.new", "member"},
                                       {"points[1][\"odd key\"]", "member"},
                                       {"byName.k.z", "member"},
                                       {"color", "enum value \"blue\""},
                                       {"more", "member"}});
  CHECK(
      unknown_parts(decode<std::vector<Part>>(
          R"([{"type":"text","id":"a","text":"t","n":1},{"type":"new"},{"id":"a"},7])")) ==
      Parts{{"[0].n", "member"}, {"[1].type", "tag \"new\""}, {"[2]", "shape"}, {"[3]", "shape"}});
  CHECK(unknown_parts(decode<std::vector<Policy>>(
            R"(["blue",{"granular":{"rules":true,"n":1}},{"other":{}},3])")) ==
        Parts{{"[0]", "enum value \"blue\""},
              {"[1].granular.n", "member"},
              {"[2].other", "member"},
              {"[3]", "shape"}});
  CHECK(unknown_parts(decode<RequestId>("1.5")) == Parts{{"", "shape"}});
}

TEST_CASE("codec: what is unknown in a message") {
  CHECK(unknown_parts(decode<Request>(R"({"method":"new/one","id":1,"params":{"a":1}})")) ==
        Parts{{"method", "method \"new/one\""}});
  CHECK(unknown_parts(
            decode<Request>(R"({"method":"card/draw","id":1,"params":{"x":1,"a":1},"b":2})")) ==
        Parts{{"params.a", "member"}, {"b", "member"}});
  CHECK(unknown_parts(decode<Request>(R"({"method":"deck/close","id":1,"params":{"a":1}})")) ==
        Parts{{"params", "member"}});
  CHECK(unknown_parts(decode<Request>(R"({"method":"deck/close","id":1,"params":null})")).empty());
}

TEST_CASE("codec: values compare by all that they hold") {
  const auto equal = [](const auto& a, const auto& b) { return a == b && b == a; };
  const auto presence = [](std::string_view more) {
    return decode<Presence>(R"({"needed":"n","neededOrNull":null)" + std::string(more) + "}");
  };
  CHECK(equal(presence(""), presence("")));
  CHECK_FALSE(equal(presence(""), presence(R"(,"maybe":"")")));
  CHECK_FALSE(equal(presence(""), presence(R"(,"maybeOrNull":null)")));
  CHECK_FALSE(equal(presence(R"(,"maybeOrNull":"a")"), presence(R"(,"maybeOrNull":"b")")));
  CHECK_FALSE(equal(presence(""), presence(R"(,"new":1)")));
  CHECK_FALSE(equal(presence(R"(,"new":1)"), presence(R"(,"new":2)")));
  // A default that was set to itself is the same value.
  CHECK(equal(presence(""), presence(R"(,"standard":true)")));
  CHECK_FALSE(equal(presence(""), presence(R"(,"standard":false)")));

  const auto maps = [](std::string_view a, std::string_view b) {
    using Map = std::map<std::string, std::vector<std::int64_t>>;
    const Map left = decode<Map>(a);
    const Map right = decode<Map>(b);
    return codex::protocol::detail::equal(*codex::protocol::detail::type_of<Map>(), &left, &right);
  };
  CHECK(maps(R"({"a":[1],"b":[]})", R"({"b":[],"a":[1]})"));
  CHECK_FALSE(maps(R"({"a":[1]})", R"({"a":[1],"b":[]})"));
  CHECK_FALSE(maps(R"({"a":[1]})", R"({"b":[1]})"));
  CHECK_FALSE(maps(R"({"a":[1]})", R"({"a":[2]})"));
  CHECK_FALSE(maps(R"({"a":[1]})", R"({"a":[1,1]})"));

  const auto part = [](std::string_view text) { return decode<Part>(text); };
  CHECK_FALSE(part(R"({"type":"text","id":"a","text":"t"})") ==
              part(R"({"type":"text","id":"b","text":"t"})"));
  CHECK_FALSE(part(R"({"type":"new"})") == part(R"({"type":"newer"})"));
  CHECK(part(R"({"type":"new","x":{"a":[1]}})") == part(R"({"x":{"a":[1]},"type":"new"})"));

  const auto scalars = [](std::string_view text) { return decode<Scalars>(text); };
  CHECK_FALSE(scalars(R"({"any":[1,2]})") == scalars(R"({"any":[1,3]})"));
  CHECK_FALSE(scalars(R"({"any":[1,2]})") == scalars(R"({"any":{"a":1}})"));
  CHECK_FALSE(scalars(R"({"any":{"a":1}})") == scalars(R"({"any":{"b":1}})"));
  CHECK_FALSE(scalars(R"({"any":[]})") == scalars(R"({"any":null})"));
}

TEST_CASE("codec: every scalar takes part in a comparison") {
  const std::string all =
      R"({"flag":true,"i32":1,"i64":2,"u16":3,"u32":4,"u64":5,"number":6.5,"text":"t",
          "color":"red","any":{"a":1}})";
  const auto value = comes_back<Scalars>(all);
  CHECK(value == decode<Scalars>(all));
  const Json json = Json::parse(all);
  for (const auto& [name, member] : json.items()) {
    CAPTURE(name);
    Json without = json;
    without.erase(name);
    CHECK_FALSE(value == without.get<Scalars>());
  }
  CHECK_FALSE(value == [&] {
    auto other = value;
    other.i32 = 9;
    return other;
  }());
}

TEST_CASE("codec: values convert from and to nlohmann's") {
  const Json json = Part(TextPart{.text = "t"});
  CHECK(json == Json{{"type", "text"}, {"id", ""}, {"text", "t"}});
  CHECK(json.get<Part>().is<TextPart>());
  const Json partial = {{"type", "text"}};
  CHECK(partial.get<Part>().is<codex::protocol::Unknown>());
  CHECK_THROWS_WITH_AS((void)partial.get<TextPart>(), "missing member \"text\"",
                       codex::DecodeError);
  Point used{.x = 1, .y = 2};
  const Json json_point = {{"x", 5}};
  json_point.get_to(used);
  CHECK(used == Point{.x = 5});
}

TEST_CASE("extra: members come, go and copy") {
  Extra extra;
  CHECK(extra.empty());
  CHECK(extra.json() == Json::object());
  CHECK(extra.find("a") == nullptr);
  CHECK_FALSE(extra.erase("a"));
  extra.set("a", 1);
  extra.set("a", 2);
  extra.set("b", nullptr);
  CHECK(extra.size() == 2);
  CHECK(*extra.find("a") == 2);
  const Extra copy = extra;
  CHECK(copy == extra);
  CHECK(extra.erase("a"));
  CHECK(!(copy == extra));
  CHECK(extra.erase("b"));
  CHECK(extra.empty());
  CHECK(extra == Extra());
  extra = copy;
  CHECK(extra == copy);
  const Extra moved = std::move(extra);
  CHECK(moved == copy);
}

}  // namespace
}  // namespace codec_types
