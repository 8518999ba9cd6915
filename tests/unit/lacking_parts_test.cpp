#include "runtime/lacking_parts.hpp"

#include <array>

#include <doctest/doctest.h>

#include "codec_types.hpp"
#include "runtime/feature_gate.hpp"
#include "support/messages.hpp"

using codex::Json;
using codex::UnsupportedError;
using codex::detail::FeatureGate;
using codex::detail::has_member;
using codex::detail::History;
using codex::detail::lacking_parts;
using codex::detail::LackingPart;
using codex::detail::LackingTypes;
using codex::detail::RuntimeSupport;
using codex::detail::RuntimeVersion;
using codex::protocol::detail::MethodHistory;
using codex::protocol::detail::MethodKind;
using codex::protocol::detail::PartHistory;
using codex::protocol::detail::TypeHistory;
using codex::protocol::detail::TypeInfo;
using codex::testing::contains;
using codex::testing::message_of;

namespace {

constexpr std::string_view versions[] = {"0.131.0", "0.140.0", "0.150.0", "0.160.0"};

constexpr PartHistory color[] = {{"green", {.since = "0.150.0"}}};
constexpr PartHistory part[] = {{"point", {.since = "0.150.0"}}};
constexpr PartHistory point[] = {{"y", {.since = "0.140.0", .until = "0.150.0"}}};
constexpr PartHistory policy[] = {{"granular", {.since = "0.160.0"}}};
constexpr PartHistory presence[] = {{"maybe", {.since = "0.150.0"}},
                                    {"maybeOrNull", {.until = "0.140.0"}},
                                    {"standard", {}, "0.140.0"}};
constexpr PartHistory text_part[] = {{"rank", {.since = "0.150.0"}}};
constexpr TypeHistory types[] = {{"Color", {}, color},       {"Part", {}, part},
                                 {"Point", {}, point},       {"Policy", {}, policy},
                                 {"Presence", {}, presence}, {"TextPart", {}, text_part}};
constexpr History history{versions, types, {}};

RuntimeSupport support_of(std::string_view version) {
  return {RuntimeVersion::parse(version).value(), history};
}

template <class T>
std::vector<LackingPart> lacking(std::string_view version, const Json& params) {
  const RuntimeSupport support = support_of(version);
  const TypeInfo* type = codex::protocol::detail::type_of<T>();
  return lacking_parts(support, LackingTypes(support, std::array{type}), *type, params);
}

}  // namespace

TEST_CASE("a runtime between two that were compared counts as the older one") {
  const auto has_y = [](std::string_view version) {
    return support_of(version).lacks("Point", "y") == nullptr;
  };
  CHECK_FALSE(has_y("0.131.0"));
  CHECK_FALSE(has_y("0.139.9"));
  CHECK_FALSE(has_y("0.140.0-alpha.3"));
  CHECK(has_y("0.140.0"));
  CHECK(has_y("0.150.0"));
  CHECK(has_y("0.159.0"));
  CHECK_FALSE(has_y("0.160.0"));
  CHECK_FALSE(has_y("1.0.0"));  // newer than the history: it has what the newest has
  CHECK(support_of("0.160.0-alpha.1").lacks("Point", "y") == nullptr);
  CHECK_FALSE(support_of("0.0.0").is_known());
  CHECK(has_y("0.0.0"));
  CHECK(RuntimeSupport().lacks("Point", "y") == nullptr);
}

TEST_CASE("members, arms and values are found at every depth, with their paths") {
  using namespace codec_types;
  const Json nested = {{"point", {{"x", 1}, {"y", 2}}},
                       {"points", {{{"x", 1}}, {{"x", 2}, {"y", 3}}}},
                       {"byName", {{"k", {{"x", 1}, {"y", 2}}}}},
                       {"holes", Json::array()},
                       {"color", "green"}};
  CHECK(lacking<Nested>("0.131.0", nested) ==
        std::vector<LackingPart>{{.path = "point.y", .since = "0.140.0"},
                                 {.path = "points[1].y", .since = "0.140.0"},
                                 {.path = "byName[\"k\"].y", .since = "0.140.0"},
                                 {.path = "color \"green\"", .since = "0.150.0"}});
  CHECK(lacking<Nested>("0.150.0", nested).empty());
  CHECK(lacking<Nested>("0.160.0", nested).size() == 3);
  CHECK(lacking<Nested>("0.160.0", nested)[0] ==
        LackingPart{.path = "point.y", .until = "0.150.0"});

  const Json parts = {{{"type", "text"}, {"id", "a"}, {"text", ""}, {"rank", 1}},
                      {{"type", "point"}, {"id", "a"}, {"point", {{"x", 1}, {"y", 1}}}},
                      {{"type", "new"}, {"rank", 1}},
                      7};
  CHECK(lacking<std::vector<Part>>("0.140.0", parts) ==
        std::vector<LackingPart>{{.path = "[0].rank", .since = "0.150.0"},
                                 {.path = "[1] \"point\"", .since = "0.150.0"}});
  CHECK(lacking<std::vector<Part>>("0.160.0", parts) ==
        std::vector<LackingPart>{{.path = "[1].point.y", .until = "0.150.0"}});

  CHECK(lacking<Policy>("0.150.0", {{"granular", {{"rules", true}}}}) ==
        std::vector<LackingPart>{{.path = "\"granular\"", .since = "0.160.0"}});
  CHECK(lacking<Policy>("0.140.0", "green").size() == 1);
  CHECK(lacking<Policy>("0.140.0", "red").empty());
  CHECK(lacking<Policy>("0.140.0", "newest").empty());
  CHECK(lacking<Policy>("0.140.0", {{"number", 1}}).empty());
}

TEST_CASE("what is null or absent lacks nothing, but where the runtime requires it") {
  using codec_types::Presence;
  CHECK(lacking<Presence>("0.131.0", {{"maybe", nullptr}, {"standard", true}}).empty());
  CHECK(lacking<Presence>("0.150.0", {{"maybe", "m"}}).empty());
  CHECK(lacking<Presence>("0.150.0", {{"maybeOrNull", "m"}}) ==
        std::vector<LackingPart>{{.path = "maybeOrNull", .until = "0.140.0"}});
  CHECK(lacking<Presence>("0.140.0", Json::object()) ==
        std::vector<LackingPart>{{.path = "standard", .until = "0.140.0", .is_missing = true}});
  CHECK(lacking<Presence>("0.0.0", Json::object()).empty());
}

TEST_CASE("types that reach nothing that the runtime lacks are left alone") {
  using namespace codec_types;
  const RuntimeSupport support = support_of("0.150.0");
  const std::array roots{static_cast<const TypeInfo*>(&Nested::type_info),
                         static_cast<const TypeInfo*>(&Policy::type_info),
                         static_cast<const TypeInfo*>(&Deck::type_info)};
  const LackingTypes types(support, roots);
  CHECK_FALSE(types.contains(Nested::type_info));
  CHECK_FALSE(types.contains(Deck::type_info));
  CHECK(types.contains(Policy::type_info));
  const LackingTypes of_older(support_of("0.140.0"), roots);
  CHECK(of_older.contains(Nested::type_info));
  CHECK(of_older.contains(Deck::type_info));
  CHECK_FALSE(of_older.contains(Scalars::type_info));  // nobody asked
}

TEST_CASE("whether a type has a member") {
  using namespace codec_types;
  CHECK(has_member(support_of("0.150.0"), Point::type_info, "y"));
  CHECK_FALSE(has_member(support_of("0.160.0"), Point::type_info, "y"));
  CHECK_FALSE(has_member(support_of("0.150.0"), Point::type_info, "z"));
  CHECK(has_member(support_of("0.150.0"), Part::type_info, "point"));
  CHECK_FALSE(has_member(support_of("0.140.0"), Part::type_info, "point"));
  CHECK(has_member(support_of("0.150.0"), Part::type_info, "rank"));
  CHECK_FALSE(has_member(support_of("0.140.0"), Part::type_info, "rank"));
}

TEST_CASE("the gate names what the runtime lacks, both versions, and what to do") {
  static constexpr PartHistory image[] = {{"detail", {.since = "0.150.0"}}};
  static constexpr PartHistory turn[] = {{"cwd", {.since = "0.140.0"}},
                                         {"effort", {.until = "0.140.0"}},
                                         {"model", {}, "0.140.0"},
                                         {"summary", {.since = "0.150.0"}}};
  static constexpr TypeHistory turn_types[] = {{"ImageUserInput", {}, image},
                                               {"TurnStartParams", {}, turn}};
  static constexpr MethodHistory methods[] = {
      {"thread/fork", MethodKind::request, {.since = "0.150.0"}},
      {"thread/rollback", MethodKind::request, {.until = "0.140.0"}},
      {"thread/start", MethodKind::request, {.since = "0.140.0", .until = "0.150.0"}},
      {"turn/completed", MethodKind::notification, {.since = "0.150.0"}}};
  const auto gate = [&](const char* version) {
    return FeatureGate(true, RuntimeVersion::parse(version).value(),
                       {versions, turn_types, methods});
  };
  const auto refusal = [&](const char* version, const char* method, const Json& params) {
    return message_of<UnsupportedError>([&] { gate(version).check(method, params.dump()); });
  };
  const std::string early =
      refusal("0.139.0", "turn/start", {{"cwd", "/"}, {"summary", "auto"}, {"model", "m"}});
  CHECK(contains(early, "turn/start with cwd, summary: Codex runtime 0.150.0 or newer"));
  CHECK(contains(early, "'0.139.0'"));
  CHECK(contains(early, "CodexConfig::codex_bin"));
  CHECK(contains(
      refusal("0.140.0", "turn/start",
              {{"model", "m"}, {"input", {{{"type", "image"}, {"url", "u"}, {"detail", "low"}}}}}),
      "turn/start with input[0].detail: Codex runtime 0.150.0 or newer"));
  CHECK(contains(refusal("0.152.0", "turn/start", {{"effort", "low"}}),
                 "turn/start with effort: Codex runtime 0.140.0 was the last with it"));
  CHECK(contains(refusal("0.131.0", "turn/start", {{"input", Json::array()}}),
                 "turn/start without model: Codex runtimes up to 0.140.0 require it"));
  CHECK(contains(refusal("0.140.0", "thread/fork", Json::object()),
                 "thread/fork: Codex runtime 0.150.0 or newer"));
  CHECK(contains(refusal("0.160.0", "thread/start", Json::object()),
                 "thread/start: Codex runtime 0.150.0 was the last with it"));
  gate("0.150.0").check("turn/start", R"({"cwd":"/","effort":null,"summary":"auto"})");
  gate("0.0.0").check("turn/start", R"({"effort":"low"})");
  gate("0.131.0").check("no/such/method", "{}");  // the runtime knows better

  CHECK_FALSE(gate("0.140.0").supports("thread/fork"));
  CHECK(gate("0.150.0").supports("thread/fork"));
  CHECK(gate("0.140.0").supports("thread/start"));
  CHECK_FALSE(gate("0.160.0").supports("thread/start"));
  CHECK_FALSE(gate("0.140.0").supports("turn/completed"));
  CHECK(gate("0.140.0").supports("turn/started"));
  CHECK_FALSE(gate("0.160.0").supports("no/such/method"));
  CHECK_FALSE(gate("0.0.0").supports("no/such/method"));
  CHECK(gate("0.140.0").supports("turn/start", "cwd"));
  CHECK_FALSE(gate("0.139.0").supports("turn/start", "cwd"));
  CHECK_FALSE(gate("0.150.0").supports("turn/start", "effort"));
  CHECK_FALSE(gate("0.140.0").supports("thread/fork", "cwd"));  // without the method, no member
  CHECK_FALSE(gate("0.150.0").supports("turn/start", "noSuchMember"));
}

TEST_CASE("params that name nothing that the runtime lacks need not be read") {
  const auto types_of = [](std::string_view version, const TypeInfo* type) {
    return LackingTypes(support_of(version), std::array{type});
  };
  const TypeInfo* nested = codex::protocol::detail::type_of<codec_types::Nested>();
  const LackingTypes newest = types_of("0.160.0", nested);  // where `y` is gone
  CHECK(newest.may_be_in(R"({"point":{"x":1,"y":2}})"));
  CHECK(newest.may_be_in(R"({"text":"a\"b","y":2})"));
  CHECK_FALSE(newest.may_be_in(R"({"point":{"x":1},"text":"yy y"})"));
  CHECK_FALSE(newest.may_be_in(""));
  // What is missing has no name there.
  CHECK(types_of("0.131.0", codex::protocol::detail::type_of<codec_types::Presence>())
            .may_be_in("{}"));
}
