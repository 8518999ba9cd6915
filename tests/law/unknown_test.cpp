#include <string>

#include <doctest/doctest.h>

#include <codex/protocol/registry.hpp>

#include "law/findings.hpp"
#include "law/law.hpp"
#include "law/plant.hpp"
#include "law/text.hpp"

namespace law {
namespace {

using codex::protocol::find_type;

void check(Findings& findings, const std::string& name, const Planted& planted, Random& random) {
  const TypeInfo& type = *find_type(name);
  try {
    if (const auto problem = broken_law(type, odd_text(planted.value, random), planted.value)) {
      findings.note(name, *problem, planted.value);
    }
    const auto parts = Value::of_json(type, planted.value).unknown_parts();
    if (const auto problem = wrong_parts(planted, parts)) {
      findings.note(name, *problem, planted.value);
    }
  } catch (const std::exception& error) {
    findings.note(name, error.what(), planted.value);
  }
}

/// Many instances of every type, with what the plan says.
void check_planted(const Plan& plan) {
  Findings findings;
  std::size_t tried = 0;
  const Schemas& schemas = Schemas::experimental();
  for (const auto& name : schemas.names()) {
    Generator generator(schemas, name);
    for (std::size_t seed = 0; seed < 4 + LAW_SEEDS / 8; ++seed) {
      const auto instance = generator.make(seed % 4 ? Style::random : Style::fullest, seed);
      Random random(name, seed);
      const auto planted = plant(instance, plan, random);
      if (planted.value == instance.value) continue;
      check(findings, name, planted, random);
      ++tried;
    }
  }
  findings.check(tried);
}

TEST_CASE("law: unknown members in every object are kept and named") {
  check_planted({.members = 1, .values = 0, .tags = 0});
}

TEST_CASE("law: unknown values in every enum are kept and named") {
  check_planted({.members = 0, .values = 1, .tags = 0});
}

TEST_CASE("law: unknown tags and keys in every union are kept and named") {
  check_planted({.members = 0, .values = 0, .tags = 1});
  check_planted({.members = 0, .values = 0, .tags = 4});
}

TEST_CASE("law: unknown things of all kinds at once are kept and named") {
  check_planted({.members = 3, .values = 3, .tags = 8});
}

}  // namespace
}  // namespace law
