#include "law/law.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include <codex/protocol/registry.hpp>

#include "law/findings.hpp"
#include "law/instance.hpp"
#include "law/text.hpp"

namespace law {
namespace {

using codex::protocol::find_type;

/// The law, and that nothing is unknown.
void check(Findings& findings, const std::string& name, const Instance& instance,
           const std::string& text) {
  const TypeInfo& type = *find_type(name);
  try {
    if (const auto problem = broken_law(type, text, instance.value, defaults_of(instance))) {
      findings.note(name, *problem, instance.value);
    }
    for (const auto& part : Value::of_json(type, instance.value).unknown_parts()) {
      findings.note(name, "unknown at " + part.path + ": " + part.what, instance.value);
    }
  } catch (const std::exception& error) {
    findings.note(name, error.what(), instance.value);
  }
}

TEST_CASE("law: every definition of the schema has a type") {
  const auto& names = Schemas::experimental().names();
  CHECK(names.size() > 700);  // whichever runtime it is of, they have been read
  for (const auto& name : names) {
    const TypeInfo* type = find_type(name);
    REQUIRE_MESSAGE(type, name);
    CHECK(type->name == name);
  }
}

TEST_CASE("law: the smallest and the fullest values of every type come back, all alternatives") {
  Findings findings;
  std::size_t tried = 0;
  const Schemas& schemas = Schemas::experimental();
  for (const auto& name : schemas.names()) {
    Generator generator(schemas, name);
    for (std::size_t i = 0; i < 2 || (generator.left_out() > 0 && i < 4000); ++i) {
      const auto instance = generator.make(i % 2 ? Style::fullest : Style::smallest, i);
      check(findings, name, instance, instance.value.dump());
      ++tried;
    }
    if (generator.left_out() > 0) findings.note(name, "has alternatives that never came");
  }
  findings.check(tried);
}

/// One of a few parts, so that they run side by side.
void check_random_values(std::size_t part, std::size_t parts) {
  Findings findings;
  std::size_t tried = 0;
  const Schemas& schemas = Schemas::experimental();
  for (std::size_t i = part; i < schemas.names().size(); i += parts) {
    const std::string& name = schemas.names()[i];
    Generator generator(schemas, name);
    for (std::size_t seed = 0; seed < LAW_SEEDS; ++seed) {
      const auto instance = generator.make(seed % 8 ? Style::random : Style::fullest, seed);
      Random random(name, seed);
      check(findings, name, instance, odd_text(instance.value, random));
      ++tried;
    }
  }
  findings.check(tried);
}

TEST_CASE("law: random values of every type come back, 1 of 4") { check_random_values(0, 4); }
TEST_CASE("law: random values of every type come back, 2 of 4") { check_random_values(1, 4); }
TEST_CASE("law: random values of every type come back, 3 of 4") { check_random_values(2, 4); }
TEST_CASE("law: random values of every type come back, 4 of 4") { check_random_values(3, 4); }

/// Another value for the place; nothing where there is no plain one.
std::optional<Json> another(const Use& use, const Json& value) {
  if (value.is_null()) return std::nullopt;
  switch (use.node->shape) {
    case Shape::any:
      return value == 1 ? 2 : 1;
    case Shape::boolean:
      return !value.get<bool>();
    case Shape::integer:
    case Shape::number:
      return value == 0 ? 1 : 0;
    case Shape::string:
    case Shape::enumeration:
      return value.get<std::string>() + "x";
    case Shape::list:
    case Shape::map: {
      Json shorter = value;
      if (shorter.empty()) return std::nullopt;
      shorter.erase(shorter.begin());
      return shorter;
    }
    default:
      return std::nullopt;
  }
}

TEST_CASE("law: values that differ in one part are not equal") {
  Findings findings;
  std::size_t tried = 0;
  const Schemas& schemas = Schemas::experimental();
  for (const auto& name : schemas.names()) {
    const TypeInfo& type = *find_type(name);
    Generator generator(schemas, name);
    for (std::size_t seed = 0; seed < 1 + LAW_SEEDS / 50; ++seed) {
      const auto instance = generator.make(Style::random, seed);
      const Value value = Value::of_json(type, instance.value);
      const auto check = [&](const Json& json) {
        const Value other = Value::of_json(type, json);
        if (value == other || other == value) findings.note(name, json.dump(), instance.value);
        ++tried;
      };
      for (std::size_t i = 0; i < instance.places.size(); ++i) {
        const Place& place = instance.places[i];
        if (place.same_spot) continue;
        Json changed = instance.value;
        if (const auto json = another(place.use, instance.at(i))) {
          instance.at(changed, i) = *json;
          check(changed);
        }
        const bool may_be_null = place.use.nullable || place.use.node->shape == Shape::any;
        if (!place.member || place.member->required || !may_be_null) continue;
        // Absent, null and a value.
        changed = instance.value;
        instance.at(changed, instance.owner(i)).erase(place.key);
        check(changed);
        if (instance.at(i).is_null()) continue;
        instance.at(changed, instance.owner(i))[place.key] = nullptr;
        check(changed);
      }
    }
  }
  findings.check(tried);
}

TEST_CASE("law: the comparison sees what is lost, and lets defaults come and go") {
  const auto text_of = [](const char* a, const char* b, const MayGo& may_go = {}) {
    return difference(Json::parse(a), Json::parse(b), may_go).value_or("");
  };
  CHECK(text_of(R"({"a":[1,{"b":2}]})", R"({"a":[1,{"b":2}]})").empty());
  CHECK(text_of(R"({"a":[1,{"b":2}]})", R"({"a":[1,{"b":3}]})") == "a[1].b: 2 became 3");
  CHECK(text_of(R"({"a":1,"b":null})", R"({"a":1})") == "b is in one alone");
  CHECK(text_of(R"({"a":1})", R"({"a":1,"b":null})") == "b is in one alone");
  CHECK(!text_of("-0.0", "0.0").empty());
  CHECK(!text_of("9007199254740993", "9007199254740992").empty());
  CHECK(!text_of("\"1\"", "1").empty());
  const MayGo may_go = [](const std::string& path, const std::string& name, const Json& value) {
    return path == "o" && name == "d" && value == false;
  };
  CHECK(text_of(R"({"o":{"d":false}})", R"({"o":{}})", may_go).empty());
  CHECK(text_of(R"({"o":{}})", R"({"o":{"d":false}})", may_go).empty());
  CHECK(!text_of(R"({"o":{"d":true}})", R"({"o":{}})", may_go).empty());
}

}  // namespace
}  // namespace law
