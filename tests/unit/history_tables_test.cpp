// The history of the real protocol, as generated/ has it.
#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include <codex/protocol/registry.hpp>
#include <codex/protocol/support/history.hpp>

#include "runtime/runtime_support.hpp"

namespace codex::protocol::detail {
namespace {

bool is_known(std::string_view version) {
  const auto versions = history_versions();
  return version.empty() || std::find(versions.begin(), versions.end(), version) != versions.end();
}

codex::detail::VersionNumbers numbers_of(std::string_view version) {
  const auto parsed = codex::detail::RuntimeVersion::parse(version);
  REQUIRE(parsed);
  return parsed->numbers;
}

bool is_in_order(const Lifetime& lifetime) {
  return is_known(lifetime.since) && is_known(lifetime.until) &&
         (lifetime.since.empty() || lifetime.until.empty() ||
          numbers_of(lifetime.since) <= numbers_of(lifetime.until));
}

Lifetime lifetime_of(std::string_view type, std::string_view part) {
  const TypeHistory* history = codex::detail::History::generated().type(type);
  REQUIRE(history);
  for (const auto& entry : history->parts) {
    if (entry.name == part) return entry.lifetime;
  }
  FAIL("no such part");
  return {};
}

}  // namespace

TEST_CASE("history: the versions begin with 0.131.0 and have the pinned one") {
  CHECK(history_versions().front() == "0.131.0");
  CHECK(is_known(runtime_version));
  CHECK(std::ranges::is_sorted(history_versions(), {}, numbers_of));
}

TEST_CASE("history: types are sorted, have a name once and dates that are versions") {
  std::string_view last;
  for (const auto& type : type_histories()) {
    CAPTURE(type.name);
    CHECK(last < type.name);
    last = type.name;
    CHECK(is_in_order(type.lifetime));
    CHECK(std::ranges::is_sorted(type.parts, {}, &PartHistory::name));
    for (const auto& part : type.parts) {
      CAPTURE(part.name);
      CHECK(is_in_order(part.lifetime));
      CHECK(is_known(part.required_until));
    }
  }
}

TEST_CASE("history: methods are sorted and those of the registry") {
  std::string_view last;
  for (const auto& method : method_histories()) {
    CAPTURE(method.name);
    CHECK(last <= method.name);
    last = method.name;
    CHECK(is_in_order(method.lifetime));
    CHECK(find_method(method.kind, method.name) != nullptr);
  }
}

TEST_CASE("history: some dates that are known from the runtimes themselves") {
  CHECK(lifetime_of("Thread", "projectId").since == "0.150.0");
  CHECK(lifetime_of("Thread", "isPinned").until == "0.146.1");
  CHECK(lifetime_of("ReviewDelivery", "detached").until == "0.165.0");
  const auto history = codex::detail::History::generated();
  CHECK(history.method(MethodKind::request, "thread/rollback")->lifetime.until == "0.155.1");
  CHECK(history.method(MethodKind::request, "thread/start") == nullptr);
  CHECK(find_method(MethodKind::request, "thread/rollback")->response->name ==
        "ThreadRollbackResponse");
}

}  // namespace codex::protocol::detail
