#include <doctest/doctest.h>

#include <codex/codex.hpp>
#include <codex/protocol.hpp>

#include "support/face.hpp"
#include "support/fake_runtime.hpp"
#include "support/messages.hpp"

using codex::Json;
using codex::testing::contains;
using codex::testing::FakeRuntime;
using codex::testing::message_of;
namespace requests = codex::protocol::requests;

namespace {

/// Pages of one loaded thread id each; the answer to cursor N is id N.
Json page(const Json& params, int pages) {
  const int at = params.contains("cursor") ? std::stoi(params["cursor"].get<std::string>()) : 0;
  Json out{{"data", {std::to_string(at)}}, {"nextCursor", nullptr}};
  if (at + 1 < pages) out["nextCursor"] = std::to_string(at + 1);
  return out;
}

/// Answers with one empty page after the other, and each time with the next one of these cursors,
/// from the beginning again at their end.
FakeRuntime::Answer circle(std::vector<std::string> cursors) {
  return [cursors = std::move(cursors), at = std::size_t{0}](const Json&) mutable {
    return Json{{"data", {"x"}}, {"nextCursor", cursors[at++ % cursors.size()]}};
  };
}

template <class... Rs>
constexpr bool can_be_read_lazily() {
  return ((&face::Paged<Rs>::next != nullptr) && ...);
}

}  // namespace

// Every list of the protocol that comes in pages.
static_assert(
    can_be_read_lazily<
        requests::AppList, requests::ExperimentalFeatureList, requests::McpServerStatusList,
        requests::ModelList, requests::PermissionProfileList, requests::PluginSearch,
        requests::ProjectList, requests::RemoteControlClientList, requests::ThreadAttachmentList,
        requests::ThreadAttachmentOwnerList, requests::ThreadBackgroundTerminalsList,
        requests::ThreadItemsList, requests::ThreadList, requests::ThreadLoadedList,
        requests::ThreadQueueList, requests::ThreadSearch, requests::ThreadSearchOccurrences,
        requests::ThreadSectionList, requests::ThreadTimelineList, requests::ThreadTurnsList>());

TEST_CASE("a list in pages is read to its end, and each page is fetched when it is needed") {
  FakeRuntime runtime;
  runtime.on("thread/loaded/list", [](const Json& params) { return page(params, 3); });
  face::Codex codex(runtime.config());
  auto loaded = codex.all<requests::ThreadLoadedList>({.limit = 1});
  CHECK(runtime.asked("thread/loaded/list").empty());

  CHECK(loaded.next() == "0");
  CHECK(runtime.asked("thread/loaded/list") == std::vector<Json>{{{"limit", 1}}});
  CHECK(loaded.next() == "1");
  CHECK(loaded.next() == "2");
  CHECK(loaded.next() == std::nullopt);
  CHECK(loaded.next() == std::nullopt);
  CHECK(runtime.asked("thread/loaded/list") == std::vector<Json>{{{"limit", 1}},
                                                                 {{"limit", 1}, {"cursor", "1"}},
                                                                 {{"limit", 1}, {"cursor", "2"}}});
}

TEST_CASE("a list that is left early costs no further request") {
  FakeRuntime runtime;
  runtime.on("thread/loaded/list", [](const Json& params) { return page(params, 100); });
  face::Codex codex(runtime.config());
  std::vector<std::string> seen;
  for (const auto& id : codex.all<requests::ThreadLoadedList>()) {
    seen.push_back(id);
    if (seen.size() == 2) break;
  }
  CHECK(seen == std::vector<std::string>{"0", "1"});
  CHECK(runtime.asked("thread/loaded/list").size() == 2);
}

TEST_CASE("empty pages in between do not end a list") {
  FakeRuntime runtime;
  runtime.on("thread/loaded/list", [](const Json& params) {
    Json out = page(params, 4);
    if (out["data"][0] != "3") out["data"] = Json::array();
    return out;
  });
  face::Codex codex(runtime.config());
  auto loaded = codex.all<requests::ThreadLoadedList>();
  CHECK(loaded.next() == "3");
  CHECK(loaded.next() == std::nullopt);
}

TEST_CASE(
    "a list whose cursors go round in a circle ends with an error, what came before it read") {
  for (const std::vector<std::string>& cursors :
       {std::vector<std::string>{"a"}, {"a", "b"}, {"a", "b", "c", "d", "e"}}) {
    FakeRuntime runtime;
    runtime.on("thread/loaded/list", circle(cursors));
    face::Codex codex(runtime.config());
    auto loaded = codex.all<requests::ThreadLoadedList>();
    CHECK(loaded.next());
    CHECK(loaded.next());
    const std::string message = message_of<codex::CodexError>([&] {
      for (int i = 0; i < 100 && loaded.next(); ++i) {
      }
    });
    CHECK(contains(message, "thread/loaded/list"));
    CHECK(contains(message, "same cursor"));
    CHECK(runtime.asked("thread/loaded/list").size() < 20);
    CHECK(loaded.next() == std::nullopt);
  }
}

TEST_CASE("a list of nothing but empty pages ends with an error") {
  FakeRuntime runtime;
  runtime.on("thread/loaded/list", [at = 0](const Json&) mutable {
    return Json{{"data", Json::array()}, {"nextCursor", std::to_string(++at)}};
  });
  face::Codex codex(runtime.config());
  auto loaded = codex.all<requests::ThreadLoadedList>();
  CHECK(contains(message_of<codex::CodexError>([&] { (void)loaded.next(); }), "empty page"));
}

TEST_CASE("threads() asks as thread_list does, and begins where it is told") {
  FakeRuntime runtime;
  runtime.on("thread/list", [](const Json&) {
    return Json{{"data", Json::array()}, {"nextCursor", nullptr}};
  });
  face::Codex codex(runtime.config());
  const codex::ThreadListOptions options{
      .archived = true,
      .cursor = "here",
      .limit = 5,
      .model_providers = std::vector<std::string>{"p"},
      .search_term = "needle",
      .section_id = codex::null,
      .sort_direction = codex::protocol::SortDirection::asc,
      .sort_key = codex::protocol::ThreadSortKey::updated_at,
      .source_kinds = {{codex::protocol::ThreadSourceKind::cli}},
      .use_state_db_only = true,
      .extra_params = {{"projectId", "x"}},
  };
  CHECK(codex.thread_list(options).data.empty());
  CHECK(codex.threads(options).next() == std::nullopt);
  const Json expected{
      {"archived", true},        {"cursor", "here"},        {"limit", 5},
      {"modelProviders", {"p"}}, {"searchTerm", "needle"},  {"sectionId", nullptr},
      {"sortDirection", "asc"},  {"sortKey", "updated_at"}, {"sourceKinds", {"cli"}},
      {"useStateDbOnly", true},  {"projectId", "x"}};
  CHECK(runtime.asked("thread/list") == std::vector<Json>{expected, expected});
}

TEST_CASE("a cursor in extra_params is where a list begins, not where each page does") {
  FakeRuntime runtime;
  runtime.on("thread/loaded/list", [](const Json& params) { return page(params, 3); });
  face::Codex codex(runtime.config());
  auto loaded = codex.all<requests::ThreadLoadedList>({}, {.extra_params = {{"cursor", "1"}}});
  CHECK(loaded.next() == "1");
  CHECK(loaded.next() == "2");
  CHECK(loaded.next() == std::nullopt);
}
