#include <cstdint>

#include <doctest/doctest.h>

#include <codex/describe.hpp>
#include <codex/errors.hpp>

using codex::Json;

namespace weather {

enum class Unit { celsius, fahrenheit };
CODEX_DESCRIBE_ENUM(Unit, celsius, (fahrenheit, "F"))

struct Place {
  std::string city;
  std::optional<int> days = {};
  bool operator==(const Place&) const = default;
};
CODEX_DESCRIBE(Place, city, days)

struct Report {
  Place place;
  std::vector<Place> neighbours;
  std::map<std::string, double> degrees;
  Unit unit = Unit::fahrenheit;
  bool is_final = true;
  int hours = 24;
  std::array<std::uint8_t, 3> colour = {};
  std::string source = "station";
  bool has_wind = false;
  Json raw;
};
CODEX_DESCRIBE(Report, place, (neighbours, "Places nearby"), degrees, unit,
               (is_final, "Whether it stays so", {.name = "final"}), hours, colour, source,
               (has_wind, {.optional = true}), raw)

}  // namespace weather

namespace {

using weather::Place;
using weather::Report;

struct Nothing {};
CODEX_DESCRIBE(Nothing)

struct Widths {
  std::int8_t i8;
  std::uint8_t u8;
  std::int16_t i16;
  std::uint16_t u16;
  std::int32_t i32;
  std::uint32_t u32;
  std::int64_t i64;
  std::uint64_t u64;
  float f;
  double d;
  bool operator==(const Widths&) const = default;
};
CODEX_DESCRIBE(Widths, i8, u8, i16, u16, i32, u32, i64, u64, f, d)

struct Circle {
  double radius;
};
CODEX_DESCRIBE(Circle, radius)
struct Box {
  double width;
  double height;
};
CODEX_DESCRIBE(Box, width, height)
struct NamedCircle {
  std::string name;
  double radius;
};
CODEX_DESCRIBE(NamedCircle, name, radius)
struct Drawing {
  std::vector<std::variant<Circle, Box, NamedCircle, std::string>> shapes;
};
CODEX_DESCRIBE(Drawing, shapes)

struct Tree {
  std::string name;
  std::vector<Tree> branches = {};
};
CODEX_DESCRIBE(Tree, name, (branches, {.optional = true}))

struct Forest {
  std::vector<Tree> trees;
  std::optional<Tree> tallest;
};
CODEX_DESCRIBE(Forest, trees, tallest)

template <class T>
struct Branch {
  T value;
  std::vector<Branch> branches;
};
CODEX_DESCRIBE(Branch<int>, value, branches)
CODEX_DESCRIBE(Branch<std::string>, value, branches)
CODEX_DESCRIBE(Branch<::std::vector<int>>, value, branches)

template <int number>
struct Knot {
  std::vector<Knot> knots;
};
CODEX_DESCRIBE(Knot<1>, knots)
CODEX_DESCRIBE(Knot<-1>, knots)

struct Wood {
  Branch<int> numbers;
  Branch<std::string> texts;
  Branch<std::vector<int>> lists;
  Knot<1> one;
  Knot<-1> other;
};
CODEX_DESCRIBE(Wood, numbers, texts, lists, one, other)

struct Sum;
struct Product;
struct Expression {
  std::vector<std::variant<int, Sum, Product>> value;
};
struct Sum {
  Expression left;
  Expression right;
};
struct Product {
  Expression left;
  Expression right;
};
CODEX_DESCRIBE(Expression, value)
CODEX_DESCRIBE(Sum, left, right)
CODEX_DESCRIBE(Product, left, right)

struct Base {
  int number;
};
struct Derived : Base {
  virtual ~Derived() = default;  // no standard layout
  std::string text;
};
CODEX_DESCRIBE(Derived, number, text)

struct Holder {
  struct Inner {
    int x;
  };
  Inner inner;
};
CODEX_DESCRIBE(Holder::Inner, x)
CODEX_DESCRIBE(Holder, inner)

struct Many {
  int m0, m1, m2, m3, m4, m5, m6, m7, m8, m9;
  int m10, m11, m12, m13, m14, m15, m16, m17, m18, m19;
  int m20, m21, m22, m23, m24, m25, m26, m27, m28, m29;
  int m30, m31, m32, m33, m34, m35, m36, m37, m38, m39;
  int m40, m41, m42, m43, m44, m45, m46, m47, m48, m49;
  int m50, m51, m52, m53, m54, m55, m56, m57, m58, m59;
  int m60, m61, m62, m63, m64, m65, m66, m67, m68, m69;
};
CODEX_DESCRIBE(Many, m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17,
               m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34,
               m35, m36, m37, m38, m39, m40, m41, m42, m43, m44, m45, m46, m47, m48, m49, m50, m51,
               m52, m53, m54, m55, m56, m57, m58, m59, m60, m61, m62, m63, m64, m65, m66, m67, m68,
               m69)

static_assert(codex::Described<Place>);
static_assert(codex::Described<std::vector<weather::Unit>>);
static_assert(!codex::Described<Base>);
static_assert(!codex::Described<char>);
static_assert(!codex::Described<std::vector<bool>>);
static_assert(!codex::Described<const char*>);

/// The message of the DecodeError that reading a T gives.
template <class T>
std::string problem(const char* text) {
  try {
    (void)Json::parse(text).get<T>();
  } catch (const codex::DecodeError& error) {
    return error.what();
  }
  return "none";
}

template <class T>
Json read_and_write(const Json& json) {
  return json.get<T>();
}

}  // namespace

TEST_CASE("a described struct is written member by member and read back") {
  const Place place{.city = "Oslo", .days = 3};
  const Json json = place;
  CHECK(json == Json{{"city", "Oslo"}, {"days", 3}});
  CHECK(json.get<Place>() == place);
  CHECK(Json(Place{.city = "Bergen"}) == Json{{"city", "Bergen"}, {"days", nullptr}});
  CHECK(Json(Nothing{}) == Json::object());
}

TEST_CASE("values of every described kind come back as they were") {
  const Json report = {{"place", {{"city", "Oslo"}, {"days", nullptr}}},
                       {"neighbours", {{{"city", "Moss"}, {"days", 1}}}},
                       {"degrees", {{"noon", 3.5}, {"odd key", -1}}},
                       {"unit", "celsius"},
                       {"final", false},
                       {"hours", 1},
                       {"colour", {1, 2, 255}},
                       {"source", "satellite \u00e5"},
                       {"has_wind", true},
                       {"raw", {{"any", {1, nullptr}}}}};
  CHECK(read_and_write<Report>(report) == report);

  const Json forest = {
      {"trees", {{{"name", "a"}, {"branches", {{{"name", "b"}, {"branches", Json::array()}}}}}}},
      {"tallest", nullptr}};
  CHECK(read_and_write<Forest>(forest) == forest);

  const Json derived = {{"number", 1}, {"text", "x"}};
  CHECK(read_and_write<Derived>(derived) == derived);
  const Json holder = {{"inner", {{"x", 5}}}};
  CHECK(read_and_write<Holder>(holder) == holder);
}

TEST_CASE("integers keep their value to the edges of their width, and never wrap") {
  Widths least{INT8_MIN, 0, INT16_MIN, 0, INT32_MIN, 0, INT64_MIN, 0, -1.5F, -1e300};
  Widths most{INT8_MAX,   UINT8_MAX, INT16_MAX,  UINT16_MAX, INT32_MAX,
              UINT32_MAX, INT64_MAX, UINT64_MAX, 1.5F,       1e300};
  for (const Widths& widths : {least, most}) {
    CHECK(Json::parse(Json(widths).dump()).get<Widths>() == widths);
  }
  const auto with = [](const char* member, const char* value) {
    Json json = Widths{};
    json[member] = Json::parse(value);
    return problem<Widths>(json.dump().c_str());
  };
  CHECK(with("i8", "128") == "i8: expected integer from -128 to 127, got 128");
  CHECK(with("u8", "-1") == "u8: expected integer from 0 to 255, got -1");
  CHECK(with("i16", "-32769") == "i16: expected integer from -32768 to 32767, got -32769");
  CHECK(with("u32", "4294967296") == "u32: expected integer from 0 to 4294967295, got 4294967296");
  CHECK(with("i64", "9223372036854775808") ==
        "i64: expected integer from -9223372036854775808 to 9223372036854775807, "
        "got 9223372036854775808");
  CHECK(with("u64", "18446744073709551616") ==
        "u64: expected integer, got number 1.8446744073709552e+19");
  CHECK(with("i32", "1.5") == "i32: expected integer, got number 1.5");
  CHECK(with("i32", "3.0") == "none");  // an integer, says JSON Schema
  CHECK(with("f", "1e39") == "f: number 1e+39 is out of range");
  CHECK(with("d", "\"1\"") == "d: expected number, got string");
}

TEST_CASE("what does not fit is told with its place") {
  CHECK(problem<Place>("[]") == "expected object, got array");
  CHECK(problem<Place>("{}") == "missing member \"city\"");
  CHECK(problem<Place>(R"({"city":1})") == "city: expected string, got number");
  CHECK(problem<Place>(R"({"city":null})") == "city: expected string, got null");
  CHECK(problem<Place>(R"({"city":"a","days":"x"})") == "days: expected integer, got string");
  CHECK(problem<std::vector<Place>>(R"([{"city":"a"},{}])") == "missing member \"city\"");
  const auto in_report = [](const char* patch) {
    Json json = {{"place", {{"city", "Oslo"}}},
                 {"neighbours", Json::array()},
                 {"degrees", Json::object()},
                 {"colour", {0, 0, 0}},
                 {"unit", "F"},
                 {"raw", nullptr}};
    json.update(Json::parse(patch));
    return problem<Report>(json.dump().c_str());
  };
  CHECK(in_report("{}") == "none");
  CHECK(in_report(R"({"neighbours":[{"city":"a"},{"city":false}]})") ==
        "neighbours[1].city: expected string, got boolean");
  CHECK(in_report(R"({"degrees":{"odd key":"x"}})") ==
        "degrees[\"odd key\"]: expected number, got string");
  CHECK(in_report(R"({"unit":"kelvin"})") ==
        "unit: expected one of \"celsius\", \"F\", got \"kelvin\"");
  CHECK(in_report(R"({"unit":1})") == "unit: expected one of \"celsius\", \"F\", got number");
  CHECK(in_report(R"({"colour":[1,2]})") == "colour: expected 3 elements, got 2");
  CHECK(in_report(R"({"final":0})") == "final: expected boolean, got number");
}

TEST_CASE(
    "members with a default may be left out, and members that are not described are ignored") {
  const auto report = Json{
      {"place", {{"city", "Oslo"}, {"planet", "Earth"}}},
      {"neighbours", Json::array()},
      {"degrees", Json::object()},
      {"colour", {0, 0, 0}},
      {"raw", 1},
      {"more", {1, 2}}}.get<Report>();
  CHECK(report.unit == weather::Unit::fahrenheit);
  CHECK(report.is_final);
  CHECK(report.hours == 24);
  CHECK(report.source == "station");
  CHECK_FALSE(report.has_wind);
}

TEST_CASE("the schema tells types, texts, defaults and what must be there") {
  CHECK(codex::schema_of<Nothing>() == Json{{"type", "object"}, {"properties", Json::object()}});
  CHECK(codex::schema_of<Report>() == Json::parse(R"({
    "type": "object",
    "properties": {
      "place": {"type": "object",
        "properties": {"city": {"type": "string"},
                       "days": {"type": "integer", "minimum": -2147483648, "maximum": 2147483647}},
        "required": ["city"]},
      "neighbours": {"type": "array", "description": "Places nearby", "items": {
        "type": "object",
        "properties": {"city": {"type": "string"},
                       "days": {"type": "integer", "minimum": -2147483648, "maximum": 2147483647}},
        "required": ["city"]}},
      "degrees": {"type": "object", "additionalProperties": {"type": "number"}},
      "unit": {"type": "string", "enum": ["celsius", "F"], "default": "F"},
      "final": {"type": "boolean", "default": true, "description": "Whether it stays so"},
      "hours": {"type": "integer", "default": 24, "minimum": -2147483648, "maximum": 2147483647},
      "colour": {"type": "array", "minItems": 3, "maxItems": 3,
                 "items": {"type": "integer", "minimum": 0, "maximum": 255}},
      "source": {"type": "string", "default": "station"},
      "has_wind": {"type": "boolean", "default": false},
      "raw": {}
    },
    "required": ["place", "neighbours", "degrees", "colour", "raw"]
  })"));
  const Json widths = codex::schema_of<Widths>()["properties"];
  CHECK(widths["i64"] == Json{{"type", "integer"}});
  CHECK(widths["u64"] == Json{{"type", "integer"}, {"minimum", 0}});
}

TEST_CASE("the strict schema requires every member, and allows no others") {
  CHECK(codex::strict_schema_of<Place>() == Json::parse(R"({
    "type": "object",
    "properties": {
      "city": {"type": "string"},
      "days": {"anyOf": [
        {"type": "integer", "minimum": -2147483648, "maximum": 2147483647}, {"type": "null"}]}},
    "required": ["city", "days"],
    "additionalProperties": false
  })"));
  CHECK_THROWS_WITH_AS((void)codex::strict_schema_of<Report>(),
                       "degrees: a std::map has no strict schema; use a std::vector of structs",
                       codex::CodexError);
  CHECK_THROWS_WITH_AS((void)codex::strict_schema_of<std::vector<Place>>(),
                       "Only a struct has a strict schema; put the value into one",
                       codex::CodexError);
}

TEST_CASE("a type that contains itself has a schema that refers to itself") {
  CHECK(codex::strict_schema_of<Tree>() == Json::parse(R"({
    "type": "object",
    "properties": {"name": {"type": "string"}, "branches": {"type": "array", "items": {"$ref": "#"}}},
    "required": ["name", "branches"],
    "additionalProperties": false
  })"));
  CHECK(codex::schema_of<Forest>() == Json::parse(R"({
    "type": "object",
    "properties": {
      "trees": {"type": "array", "items": {"$ref": "#/$defs/Tree"}},
      "tallest": {"$ref": "#/$defs/Tree"}},
    "required": ["trees"],
    "$defs": {"Tree": {
      "type": "object",
      "properties": {"name": {"type": "string"},
                     "branches": {"type": "array", "default": [], "items": {"$ref": "#/$defs/Tree"}}},
      "required": ["name"]}}
  })"));
}

TEST_CASE("a reference to a template's instance is a valid one, and two types never share it") {
  for (const Json& schema : {codex::schema_of<Wood>(), codex::strict_schema_of<Wood>()}) {
    const auto refers = [&](const char* member, const std::string& name) {
      CHECK(schema["properties"][member] == Json{{"$ref", "#/$defs/" + name}});
      REQUIRE(schema["$defs"].contains(name));
      const Json& properties = schema["$defs"][name]["properties"];
      const Json& inner =
          properties.contains("branches") ? properties["branches"] : properties["knots"];
      CHECK(inner["items"] == Json{{"$ref", "#/$defs/" + name}});
    };
    refers("numbers", "Branch_int");
    refers("texts", "Branch_string");
    refers("lists", "Branch_vector_int");
    refers("one", "Knot_1");
    refers("other", "Knot_1_");
    CHECK(schema["$defs"].size() == 5);
    CHECK(schema["$defs"]["Branch_int"]["properties"]["value"]["type"] == "integer");
    CHECK(schema["$defs"]["Branch_string"]["properties"]["value"]["type"] == "string");
  }
}

TEST_CASE("a variant holds the alternative that fits best, and tells why none does") {
  const auto drawn = [](const char* shape) {
    return Json{{"shapes", {Json::parse(shape)}}}.get<Drawing>().shapes.at(0);
  };
  CHECK(std::holds_alternative<Circle>(drawn(R"({"radius":1})")));
  CHECK(std::holds_alternative<Box>(drawn(R"({"width":1,"height":2})")));
  CHECK(std::holds_alternative<NamedCircle>(drawn(R"({"name":"c","radius":1})")));
  CHECK(std::holds_alternative<Circle>(drawn(R"({"radius":1,"other":2})")));
  CHECK(std::get<std::string>(drawn(R"("dot")")) == "dot");
  CHECK(problem<Drawing>(R"({"shapes":["dot",{"width":1}]})") ==
        "shapes[1]: fits none of the alternatives ("
        "Circle: shapes[1]: missing member \"radius\"; Box: shapes[1]: missing member \"height\"; "
        "NamedCircle: shapes[1]: missing member \"name\"; "
        "shapes[1]: expected string, got object)");
  CHECK(codex::schema_of<Drawing>()["properties"]["shapes"]["items"]["anyOf"].size() == 4);

  const Json written = Drawing{.shapes = {Circle{2}, "dot"}};
  CHECK(written == Json{{"shapes", {{{"radius", 2.0}}, "dot"}}});
}

TEST_CASE("alternatives within alternatives are read in bounded time, and never deeper than 256") {
  // Every level fits Sum and Product alike, down to the end, which fits neither.
  Json expression = {{"value", {"no number"}}};
  for (int i = 0; i < 60; ++i) {
    expression = {{"value", {{{"left", {{"value", Json::array()}}}, {"right", expression}}}}};
  }
  CHECK(problem<Expression>(expression.dump().c_str()).starts_with("value[0]: fits none of"));

  Json tree = {{"name", "leaf"}};
  for (int i = 0; i < 300; ++i) tree = {{"name", "x"}, {"branches", {tree}}};
  CHECK(problem<Tree>(tree.dump().c_str()).ends_with(": nested deeper than 256"));
}

TEST_CASE("an enum without an enumerator for its value is not written") {
  CHECK_THROWS_WITH_AS(Json(static_cast<weather::Unit>(7)),
                       "A value of the enum Unit is none that its CODEX_DESCRIBE_ENUM names",
                       codex::CodexError);
}

TEST_CASE("a struct may have many members") {
  CHECK(codex::schema_of<Many>()["properties"].size() == 70);
  CHECK(Json(Many{}).get<Many>().m69 == 0);
}
