#include "codec_checks.hpp"

namespace codec_types {
namespace {

using codex::protocol::decode;
using codex::protocol::encode;
using codex::protocol::misfits;
using codex::protocol::unknown_parts;
using Parts = std::vector<codex::protocol::UnknownPart>;

Presence presence(std::string_view more) {
  return comes_back<Presence>(R"({"needed":"n","neededOrNull":null,)" + std::string(more) + "}");
}

TEST_CASE("misfit: an optional member of another type reads as absent and comes back") {
  const auto maybe = presence(R"("maybe":{"new":[1]})");
  CHECK(!maybe.maybe);
  CHECK(*maybe.extra.find("maybe") == Json{{"new", {1}}});
  CHECK(presence(R"("maybeOrNull":7)").maybe_or_null.is_absent());
  const auto standard = presence(R"("standard":"yes","standardList":["a",1])");
  CHECK(standard.standard.value());  // the default
  CHECK_FALSE(standard.standard.is_set());
  CHECK(standard.standard_list.empty());
  CHECK_FALSE(standard.standard_list.is_set());
  CHECK(standard.extra.size() == 2);
  for (const char* text :
       {R"({"flag":1})", R"({"i32":2147483648})", R"({"i64":1.5})", R"({"u16":-1})",
        R"({"u32":"1"})", R"({"u64":-1})", R"({"number":"1"})", R"({"text":null})",
        R"({"color":[]})", R"({"flag":{"a":[[{}]]},"i32":[],"text":1,"color":"red"})"}) {
    CAPTURE(text);
    CHECK_FALSE(comes_back<Scalars>(text).extra.empty());
  }
}

TEST_CASE("misfit: the innermost optional member or arm takes what does not fit") {
  // The element fits but for its optional member.
  const auto nested = comes_back<Nested>(
      R"({"point":{"x":1},"points":[{"x":1},{"x":2,"y":"z"}],"byName":{"k":{"x":1,"y":[]}},
          "holes":[],"color":null})");
  CHECK(nested.points[1] == [] {
    Point point{.x = 2};
    point.extra.set("y", "z");
    return point;
  }());
  CHECK(nested.by_name.at("k").extra.size() == 1);
  CHECK(comes_back<Part>(R"({"type":"point","id":"a","point":{"x":1,"y":null}})").is<PointPart>());
  // Nothing optional around the element: all of the message is an error.
  CHECK(error_of<Nested>(R"({"point":{"x":1},"points":[{"x":"z"}],"byName":{},"holes":[],
                             "color":null})") == "points[0].x: expected integer, got string");
}

TEST_CASE("misfit: members are read on behind one, wherever it stands and however it is written") {
  const auto scalars = comes_back<Scalars>(
      R"({"flag":1,"new":{"a":[1]},"i32":7,"u16":{"b":"c"},"text":"t","color":false})");
  CHECK_FALSE(scalars.flag);
  CHECK(scalars.i32 == 7);
  CHECK(scalars.text == "t");
  CHECK(scalars.extra.size() == 4);
  // The name has an escape, and what does not fit lies deep.
  const auto nested = comes_back<Nested>(
      R"({"point":{"x":1,"\u0079":[{"y":{}}]},"points":[],"byName":{},"holes":[],"color":null})");
  CHECK_FALSE(nested.point.y);
  CHECK(nested.point.extra.size() == 1);
}

TEST_CASE("misfit: unknown_parts names it") {
  CHECK(unknown_parts(presence(R"("maybe":1,"standard":"x","new":2)")) ==
        Parts{{"maybe", "shape"}, {"new", "member"}, {"standard", "shape"}});
  CHECK(unknown_parts(decode<std::vector<Part>>(
            R"([{"type":"text","id":"a","text":1},{"type":"text","id":"a","text":"t","rank":"x"},
                {"type":"new"}])")) ==
        Parts{{"[0]", "shape"}, {"[1].rank", "shape"}, {"[2].type", "tag \"new\""}});
  CHECK(unknown_parts(decode<Policy>(R"({"granular":{"rules":1}})")) == Parts{{"", "shape"}});
  // An external union knows an object with more keys than one by its key, too.
  CHECK(unknown_parts(decode<Policy>(R"({"number":"x","new":1})")) == Parts{{"", "shape"}});
}

TEST_CASE("misfit: misfits leaves out what is newer than the SDK") {
  CHECK(misfits(decode<std::vector<Part>>(
            R"([{"type":"text","id":"a","text":1},{"type":"text","id":"a","text":"t","rank":"x"},
                {"type":"new"},{"id":"a"},3,{"type":"text","id":"a","text":"t","new":2}])")) ==
        Parts{{"[0]", "shape"}, {"[1].rank", "shape"}});
  CHECK(misfits(decode<Policy>(R"({"granular":{"rules":1}})")).size() == 1);
  CHECK(misfits(decode<Policy>(R"({"number":"x","new":1})")).size() == 1);
  CHECK(misfits(decode<Policy>(R"({"other":{}})")).empty());
  CHECK(misfits(decode<Policy>("3")).empty());
  CHECK(misfits(decode<Deck>("[1,2.5]")).size() == 1);
  CHECK(misfits(decode<RequestId>("1.5")).empty());
  CHECK(misfits(decode<Request>(R"({"method":"card/draw","id":1,"params":{"x":1,"y":""}})")) ==
        Parts{{"params.y", "shape"}});
}

TEST_CASE("misfit: a member that is set afterwards is written instead") {
  auto value = presence(R"("maybe":1,"maybeOrNull":2,"standard":"x","new":3)");
  value.maybe = "m";
  value.maybe_or_null.set_null();
  value.standard = false;
  const Json wanted = {{"needed", "n"},          {"neededOrNull", nullptr}, {"maybe", "m"},
                       {"maybeOrNull", nullptr}, {"standard", false},       {"new", 3}};
  CHECK(encode(value) ==
        R"({"needed":"n","neededOrNull":null,"maybe":"m","maybeOrNull":null,"standard":false,)"
        R"("new":3})");
  CHECK(Json(value) == wanted);
  CHECK(unknown_parts(value) == Parts{{"new", "member"}});

  auto part = decode<Part>(R"({"type":"text","id":"a","text":"t","rank":"x"})");
  part.rank = 7;
  part.as<TextPart>()->extra.set("type", "other");
  part.as<TextPart>()->extra.set("text", "other");
  CHECK(encode(part) == R"({"type":"text","id":"a","rank":7,"text":"t"})");
}

TEST_CASE("misfit: of members that come twice the last one counts, whether it fits or not") {
  const auto last_fits = decode<Presence>(
      R"({"needed":"n","neededOrNull":null,"maybe":1,"maybe":"m","standard":1,"standard":false})");
  CHECK(last_fits.maybe == "m");
  CHECK_FALSE(last_fits.standard.value());
  CHECK(last_fits.extra.empty());
  const auto first_fits = decode<Presence>(
      R"({"needed":"n","neededOrNull":null,"maybe":"m","maybe":1,"standard":false,"standard":1})");
  CHECK(!first_fits.maybe);
  CHECK(first_fits.standard.value());
  CHECK(first_fits.extra.size() == 2);
  // Within what does not fit as it is read.
  CHECK(decode<Part>(R"({"type":"text","id":"a","text":1,"text":"t"})").is<TextPart>());
  CHECK(decode<Part>(R"({"type":"text","id":"a","type":"point","text":1,"point":{"x":1}})")
            .is<PointPart>());
  CHECK(decode<Deck>("[1]").is<std::vector<std::int64_t>>());
  const auto parts = decode<std::map<std::string, Part>>(
      R"({"k":{"type":"text","text":1},"k":{"type":"text","id":"a","text":"t"}})");
  CHECK(parts.at("k").is<TextPart>());
}

TEST_CASE("misfit: what is no JSON, nests too deep or fits no number is never kept") {
  const auto around = [](std::string_view value) {
    return R"({"type":"text","id":"a","text":"t","rank":)" + std::string(value) + "}";
  };
  for (const char* bad : {"tru", "[1}", R"("\q")", R"({"a" 1})", R"({"a":01})", "@", "[1,]", "{,}",
                          "nulll", "[\"a\" 1]", "{\"a\":1,}"}) {
    CAPTURE(bad);
    const std::string error = error_text([&] { (void)decode<Part>(around(bad)); });
    CHECK(error.starts_with("not JSON: "));
    const std::string in_arm = R"({"type":"text","id":"a","text":)" + std::string(bad) + "}";
    CHECK(error_text([&] { (void)decode<Part>(in_arm); }).starts_with("not JSON: "));
  }
  const std::string deep = std::string(300, '[') + std::string(300, ']');
  CHECK(error_of<Part>(around(deep)) == "rank: nested deeper than 256");
  CHECK(error_of<Policy>(R"({"number":)" + deep + "}").ends_with("nested deeper than 256"));
  const auto huge = [&](const std::string& text) {
    return error_text([&] { (void)decode<Part>(text); });
  };
  CHECK(huge(around(R"({"k":[1e400]})")) ==
        "rank.k[0]: expected a number in the range of double, got 1e400");
  CHECK(huge(around("1e400")) == "rank: expected a number in the range of double, got 1e400");
}

TEST_CASE("misfit: levels are counted right after one") {
  // 256 levels below a member that comes after two misfits.
  const auto text = [](std::size_t levels) {
    return R"([{"type":"point","id":"a","rank":{"a":[]},"point":{"x":1,"y":[[]],"z":)" +
           std::string(levels, '[') + std::string(levels, ']') + "}}]";
  };
  CHECK(comes_back<std::vector<Part>>(text(253))[0].is<PointPart>());
  CHECK(error_of<std::vector<Part>>(text(254)) == "[0].point.z: nested deeper than 256");
}

}  // namespace
}  // namespace codec_types
