#include <array>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <codex/protocol/registry.hpp>

#include "law/expect.hpp"
#include "law/findings.hpp"
#include "law/instance.hpp"
#include "law/law.hpp"
#include "law/text.hpp"

namespace law {
namespace {

using codex::protocol::find_type;

/// Calls `check(name, instance)` with a few instances of every type, all alternatives among them.
template <class Check>
void for_every_type(Check&& check) {
  const Schemas& schemas = Schemas::experimental();
  for (const auto& name : schemas.names()) {
    Generator generator(schemas, name);
    for (std::size_t seed = 0; seed < 2 || (generator.left_out() > 0 && seed < 200); ++seed) {
      check(name, generator.make(seed == 1 ? Style::random : Style::fullest, seed));
    }
  }
}

/// Calls `check(name, instance, place)` with the places of those instances, or with some of them if
/// there are very many: these also occur in other types.
template <class Check>
void for_every_place(Check&& check) {
  for_every_type([&](const std::string& name, const Instance& instance) {
    constexpr std::size_t enough = LAW_SEEDS / 4;
    const std::size_t count = instance.places.size();
    Random random(name, count);
    for (std::size_t place = 0; place < count; ++place) {
      if (place < enough || random.below(count) < enough) check(name, instance, place);
    }
  });
}

/// Every value at every place takes the sanitizers long: for them, one in five.
bool is_its_turn() {
  static std::size_t turns = 0;
  return LAW_SEEDS >= 200 || turns++ % 5 == 0;
}

TEST_CASE("bad input: a missing required member is an error at its object, or that stays raw") {
  Findings findings;
  std::size_t tried = 0;
  for_every_place([&](const std::string& name, const Instance& instance, std::size_t place) {
    const Place& here = instance.places[place];
    if (!here.member) return;
    Json broken = instance.value;
    const std::size_t owner = instance.owner(place);
    instance.at(broken, owner).erase(here.key);
    Expected expected;
    if (here.required && !here.loose) {
      expected =
          misfit(instance, place, {instance.path(owner), "missing member \"" + here.key + "\""});
    }
    expect(findings, name, broken, expected);
    ++tried;
  });
  findings.check(tried);
}

TEST_CASE("bad input: without its tag a union is unknown, and a message an error") {
  Findings findings;
  std::size_t tried = 0;
  for_every_place([&](const std::string& name, const Instance& instance, std::size_t place) {
    const Node& node = *instance.places[place].use.node;
    if (node.shape != Shape::tagged || instance.at(place).is_null()) return;
    for (const Json& tag :
         {Json(1), Json(nullptr), Json(true), Json::object(), Json::array({"a"})}) {
      Json broken = instance.value;
      instance.at(broken, place)[node.tag] = tag;
      Expected expected;
      if (node.is_message()) {
        expected = misfit(instance, place,
                          {joined(instance.path(place), node.tag), "expected string, got"});
      }
      expect(findings, name, broken, expected);
      ++tried;
    }
    Json broken = instance.value;
    instance.at(broken, place).erase(node.tag);
    Expected expected;
    if (node.is_message()) {
      expected = misfit(instance, place, {instance.path(place), "missing member \"method\""});
    }
    expect(findings, name, broken, expected);
  });
  findings.check(tried);
}

TEST_CASE("bad input: a value of a wrong type is an error at its place, or stays raw") {
  const std::array<Json, 9> values = {Json(nullptr), Json(true),     Json(3),
                                      Json(-1),      Json(1.5),      Json("@"),
                                      Json::array(), Json::object(), Json::array({Json::object()})};
  Findings findings;
  std::size_t tried = 0;
  for_every_place([&](const std::string& name, const Instance& instance, std::size_t place) {
    if (instance.places[place].same_spot) return;
    for (const Json& value : values) {
      if (!is_its_turn()) continue;
      Json broken = instance.value;
      instance.at(broken, place) = value;
      expect(findings, name, broken, expectation(instance, place, value));
      ++tried;
    }
  });
  findings.check(tried);
}

/// Numbers that are none of that format, as JSON spells them.
std::vector<std::string> too_far(const Node& node) {
  if (node.shape == Shape::number) return {"1e400", "-1e400", "1" + std::string(400, '0')};
  std::vector<std::string> out = {"1.5",
                                  "1.0",
                                  "1e2",
                                  "-0.0",
                                  "1e400",
                                  "18446744073709551616",
                                  "-9223372036854775809",
                                  "1" + std::string(400, '0')};
  const auto add = [&](std::initializer_list<const char*> more) {
    out.insert(out.end(), more.begin(), more.end());
  };
  if (node.format == "int32") add({"2147483648", "-2147483649", "4294967296"});
  if (node.format.starts_with("uint")) add({"-1"});
  if (node.format == "uint16") add({"65536", "4294967296"});
  if (node.format == "uint32") add({"4294967296", "9223372036854775808"});
  if (!node.format.starts_with("uint")) add({"9223372036854775808", "18446744073709551615"});
  return out;
}

/// Whether a Json can hold it.
bool is_double(const std::string& number) {
  return std::isfinite(std::strtod(number.c_str(), nullptr));
}

TEST_CASE("bad input: a number out of range is an error at its place, or stays raw") {
  Findings findings;
  std::size_t tried = 0;
  for_every_place([&](const std::string& name, const Instance& instance, std::size_t place) {
    const Place& here = instance.places[place];
    const Shape shape = here.use.node->shape;
    if (here.loose || here.same_spot) return;
    if (shape != Shape::integer && shape != Shape::number) return;
    Json broken = instance.value;
    instance.at(broken, place) = hole;
    const bool stays_raw =
        !misfit(instance, place, {.error_at = instance.path(place)}).error_at.has_value();
    for (const std::string& raw : too_far(*here.use.node)) {
      const std::string text = with_raw(broken, raw);
      ++tried;
      if (stays_raw && is_double(raw)) {
        expect_law(findings, name, text);
      } else {
        expect_error(findings, name, text, instance.path(place), "expected ");
      }
    }
  });
  findings.check(tried);
}

TEST_CASE("bad input: a number beyond double is an error at its place, wherever it stands") {
  Findings findings;
  std::size_t tried = 0;
  for_every_place([&](const std::string& name, const Instance& instance, std::size_t place) {
    const Node& node = *instance.places[place].use.node;
    Json broken = instance.value;
    std::string path = instance.path(place);
    if (node.shape == Shape::any) {
      instance.at(broken, place) = {{"k", {1, hole}}};
      path = joined(path, "k") + "[1]";
    } else if (node.shape == Shape::object && instance.at(place).is_object()) {
      instance.at(broken, place)["zz new"] = {{"k", hole}};
      path = joined(path, "zz new") + ".k";
    } else {
      return;
    }
    for (const char* raw : {"1e400", "-1E+999"}) {
      expect_error(findings, name, with_raw(broken, raw), path,
                   "expected a number in the range of double, got ");
      ++tried;
    }
  });
  findings.check(tried);
}

TEST_CASE("bad input: a text that breaks off is not JSON") {
  Findings findings;
  std::size_t tried = 0;
  for_every_type([&](const std::string& name, const Instance& instance) {
    if (!instance.value.is_structured()) return;
    Random random(name, 1);
    const std::string text = odd_text(instance.value, random);
    const std::size_t end = text.find_last_of("}]");
    const std::size_t step = 1 + end / 60;
    for (std::size_t size = 0; size <= end; size += 1 + random.below(step)) {
      expect_error(findings, name, std::string_view(text).substr(0, size), "", "not JSON: ");
      ++tried;
    }
  });
  findings.check(tried);
}

TEST_CASE("bad input: what stands around a value is not JSON") {
  using namespace std::string_literals;
  Findings findings;
  std::size_t tried = 0;
  for_every_type([&](const std::string& name, const Instance& instance) {
    const std::string text = instance.value.dump();
    for (const std::string& more : {"x"s, " {}"s, "}"s, "]"s, ","s, ":1"s, "\0"s, " \0\0"s, "\""s,
                                    " null"s, "\xef\xbb\xbf"s, "\xff"s, "/**/"s}) {
      expect_error(findings, name, text + more, "", "not JSON: ");
      ++tried;
    }
    for (const std::string& more : {"\xef\xbb\xbf"s, "\0"s, ","s, "x "s, "\xff"s, "'"s, "//\n"s}) {
      expect_error(findings, name, more + text, "", "not JSON: ");
      ++tried;
    }
    for (const std::string& nothing :
         {""s, " "s, "\n\t "s, "\0"s, "\xef\xbb\xbf"s, "{"s, "\""s, "nul"s, "truefalse"s, "'a'"s,
          "[1,]"s, "{\"a\":1,}"s, "{a:1}"s, "NaN"s, "-"s, "01"s, "+1"s, ".5"s, "1."s}) {
      expect_error(findings, name, nothing, {}, {});
      ++tried;
    }
    expect_law(findings, name, " \r\n\t" + text + "\n\n ");
  });
  findings.check(tried);
}

TEST_CASE("bad input: a NUL, a control character or broken UTF-8 anywhere is not JSON") {
  Findings findings;
  std::size_t tried = 0;
  for_every_type([&](const std::string& name, const Instance& instance) {
    const std::string text = instance.value.dump();
    Random random(name, 2);
    for (const char* raw :
         {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80", "\x01"}) {
      std::string broken = text;
      broken.insert(random.below(text.size() + 1), raw);
      expect_error(findings, name, broken, "", "not JSON: ");
      ++tried;
    }
    std::string broken = text;
    broken.insert(random.below(text.size() + 1), 1, '\0');
    expect_error(findings, name, broken, "", "not JSON: ");
  });
  findings.check(tried);
}

TEST_CASE("bad input: broken strings and keys are not JSON") {
  Findings findings;
  std::size_t tried = 0;
  for_every_place([&](const std::string& name, const Instance& instance, std::size_t place) {
    const Shape shape = instance.places[place].use.node->shape;
    Json broken = instance.value;
    if (instance.at(place).is_string() && shape != Shape::alternatives) {
      instance.at(broken, place) = hole;
    } else if (shape == Shape::object && instance.at(place).is_object()) {
      instance.at(broken, place)[hole] = 1;
    } else {
      return;
    }
    for (const char* raw :
         {"\"\xff\"", "\"a\xc3\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"",
          "\"\\u12g4\"", "\"\\x\"", "\"\\u00\"", "\"a\nb\"", "\"\t\"", "\"\\\"", "'a'"}) {
      if (!is_its_turn()) continue;
      expect_error(findings, name, with_raw(broken, raw), "", "not JSON: ");
      ++tried;
    }
  });
  findings.check(tried);
}

/// The text of many lists in one another, or objects.
std::string nested(std::size_t depth, bool objects) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += objects ? "{\"k\":" : "[";
  text += "1";
  text.append(depth, objects ? '}' : ']');
  return text;
}

TEST_CASE("bad input: values that nest 10,000 deep are an error, as text and as a tree") {
  Findings findings;
  std::size_t tried = 0;
  for (const bool objects : {false, true}) {
    const std::string deep = nested(10000, objects);
    Json tree = Json::parse(deep);
    for (const auto& name : Schemas::experimental().names()) {
      const auto instance = Generator(Schemas::experimental(), name).make(Style::smallest);
      const std::string text = instance.value.dump();
      // What takes no list or object at all says so; what takes any goes into it.
      expect_error(findings, name, deep, {}, {});
      expect_error(findings, name, deep.substr(0, deep.find('1')), {}, {});
      expect_error_of_tree(findings, name, tree);
      if (instance.value.is_object()) {
        const std::string within = "{\"zz\":" + deep + (text == "{}" ? "" : ",") + text.substr(1);
        expect_error(findings, name, within, {}, "nested deeper than 256");
        Json broken = instance.value;
        broken["zz"] = std::move(tree);  // no copy: that goes down 10,000 frames
        expect_error_of_tree(findings, name, broken);
        tree = std::move(broken["zz"]);
      }
      ++tried;
    }
  }
  findings.check(tried);
}

TEST_CASE("bad input: a string of 100 MB is a value, or an error that does not repeat it") {
  std::set<std::string> done;
  const Schemas& schemas = Schemas::experimental();
  const auto try_text = [&](const std::string& what, const std::string& name, const Json& json) {
    if (!done.insert(what).second) return;
    CAPTURE(what);
    CAPTURE(name);
    const std::size_t huge = done.size() == 1 ? 100'000'000 : 10'000'000;
    const std::string text = with_raw(json, '"' + std::string(huge, 'x') + '"');
    try {
      const std::string back = Value::of_text(*find_type(name), text).text();
      CHECK(back.size() == text.size());
      CHECK(back.find(std::string(huge, 'x')) != std::string::npos);
    } catch (const codex::DecodeError& error) {
      CHECK(std::string_view(error.what()).size() < 1000);
    }
  };
  for (const auto& name : schemas.names()) {
    const auto instance = Generator(schemas, name).make(Style::smallest);
    for (std::size_t place = 0; place < instance.places.size(); ++place) {
      const Node& node = *instance.places[place].use.node;
      Json json = instance.value;
      if (node.shape == Shape::object && instance.at(place).is_object()) {
        instance.at(json, place)[hole] = 1;
        try_text("a key", name, json);
      } else if (node.shape == Shape::tagged && instance.at(place).is_object()) {
        instance.at(json, place)[node.tag] = hole;
        try_text(node.is_message() ? "a method" : "a tag", name, json);
      } else if (!instance.at(place).is_structured()) {
        instance.at(json, place) = hole;
        try_text("shape " + std::to_string(static_cast<int>(node.shape)), name, json);
      }
    }
  }
  CHECK(done.size() >= 9);
}

TEST_CASE("bad input: of members that come twice the last ones count") {
  Findings findings;
  std::size_t tried = 0;
  const Schemas& schemas = Schemas::experimental();
  for (const auto& name : schemas.names()) {
    const Node& node = *schemas.find(name).node;
    if (!accepts(node, Json::object())) continue;
    Generator generator(schemas, name);
    for (std::size_t seed = 0; seed < 6; ++seed) {
      const Json first = generator.make(seed % 2 ? Style::fullest : Style::random, seed).value;
      const Json second = generator.make(Style::random, seed + 1).value;
      if (!first.is_object() || !second.is_object() || first.empty() || second.empty()) continue;
      std::string text = first.dump();
      text.back() = ',';
      text += second.dump().substr(1);
      // Members that only one alternative has may not fit the other.
      expect_law(findings, name, text, node.shape != Shape::object || !node.groups.empty());
      ++tried;
    }
  }
  findings.check(tried);
}

}  // namespace
}  // namespace law
