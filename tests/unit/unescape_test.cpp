// The implementations of reading escapes for each processor, compared with nlohmann and each other.

#include "unescape.hpp"

#include <array>
#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <codex/protocol/support/json.hpp>

#include "unescape.hpp"

namespace codex::testing {
namespace {

struct Outcome {
  std::string text;      // up to the first broken escape
  std::ptrdiff_t place;  // of that; the size of all when there is none

  bool operator==(const Outcome&) const = default;
};

/// In memory of just the size that is promised, so that a sanitizer sees a step beyond it.
Outcome outcome(std::string_view spelling) {
  const std::vector<char> from(spelling.begin(), spelling.end());
  std::vector<char> to(spelling.size());
  const char* end = from.data() + from.size();
  const auto [written, broken] = protocol::detail::unescape(from.data(), end, to.data());
  return {std::string(to.data(), written), (broken ? broken : end) - from.data()};
}

/// Text in which escapes are as frequent as `plain` parts are rare.
std::string spelling_of(std::mt19937& random, std::size_t parts, std::size_t plain) {
  constexpr std::array<std::string_view, 12> escapes = {
      "\\n",  "\\\\",    "\\\"",           "\\t",    "\\/", "\\r", "\\b", "\\f",
      "\\\\", "\\u001b", "\\ud83d\\ude00", "\\u20ac"};
  constexpr std::array<std::string_view, 4> others = {"n", "a plain stretch", "\xc3\xbc", "u"};
  std::string text;
  for (std::size_t i = 0; i < parts; ++i) {
    text += random() % (plain + 1) == 0 ? escapes[random() % escapes.size()]
                                        : others[random() % others.size()];
  }
  return text;
}

}  // namespace

TEST_CASE("unescape reads what nlohmann reads, whatever stands how close to what") {
  std::mt19937 random(1);
  for (std::size_t round = 0; round < 4'000; ++round) {
    const std::string spelling = spelling_of(random, random() % 120, random() % 12);
    const auto size = static_cast<std::ptrdiff_t>(spelling.size());
    const Outcome wanted{Json::parse("\"" + spelling + "\"").get<std::string>(), size};
    REQUIRE(outcome(spelling) == wanted);
  }
}

TEST_CASE("unescape finds the first broken escape, and has read what stands before it") {
  std::mt19937 random(2);
  constexpr std::array<std::string_view, 9> broken = {
      "\\x", "\\\xee", "\\u12", "\\udc00", "\\ud800\\n", "\\u12g4", "\\", "\\'", "\\\n"};
  for (std::size_t round = 0; round < 4'000; ++round) {
    const std::string before = spelling_of(random, random() % 60, random() % 12);
    const std::string_view bad = broken[random() % broken.size()];
    // A lone backslash is broken at the end alone.
    const std::string behind = bad == "\\" ? "" : spelling_of(random, random() % 60, 3);
    const Outcome wanted{Json::parse("\"" + before + "\"").get<std::string>(),
                         static_cast<std::ptrdiff_t>(before.size())};
    REQUIRE(outcome(before + std::string(bad) + behind) == wanted);
  }
}

}  // namespace codex::testing
