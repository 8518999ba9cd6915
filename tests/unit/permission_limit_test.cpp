#include "handlers/permission_limit.hpp"

#include <filesystem>

#include <doctest/doctest.h>

#include "support/files.hpp"
#include "testing/temp_dir.hpp"

namespace codex::testing {
namespace {

using protocol::GrantedPermissionProfile;
using protocol::RequestPermissionProfile;

/// What is left of a grant, and whether it had been more than was asked for.
std::pair<Json, bool> limited(const Json& asked, const Json& granted) {
  auto left = granted.get<GrantedPermissionProfile>();
  const bool was_more = codex::detail::limit_to(asked.get<RequestPermissionProfile>(), left);
  return {Json(left), was_more};
}

void stays(const Json& asked, const Json& granted) {
  CAPTURE(granted.dump());
  CHECK(limited(asked, granted) == std::pair(granted, false));
}

void becomes(const Json& asked, const Json& granted, const Json& left) {
  CAPTURE(granted.dump());
  CHECK(limited(asked, granted) == std::pair(left, true));
}

Json files(Json members) { return {{"fileSystem", std::move(members)}}; }

Json entry(const char* access, const char* path) {
  return {{"access", access}, {"path", {{"type", "path"}, {"path", path}}}};
}

}  // namespace

TEST_CASE("a grant of what was asked for, or of less, stays as it is") {
  const Json asked{{"network", {{"enabled", true}}},
                   {"fileSystem", {{"read", {"/r"}}, {"write", {"/w"}}}}};
  stays(asked, asked);
  stays(asked, Json::object());
  stays(asked, {{"network", {{"enabled", false}}}});
  stays(asked, files({{"read", {"/r/sub/dir"}}}));
  stays(asked, files({{"read", {"/w"}}}));  // who may write may read
  stays(asked, files({{"entries", {entry("write", "/w/a"), entry("read", "/w/b")}}}));
  stays(files({{"entries", {entry("write", "/w")}}}), files({{"write", {"/w/a"}}}));
  stays(asked, files({{"write", {"/w"}}, {"entries", {entry("deny", "/w/secret")}}}));
}

TEST_CASE("a grant of more than was asked for is cut down to that") {
  const Json asked = files({{"read", {"/r"}}, {"write", {"/w/"}}});
  becomes(asked, {{"network", {{"enabled", true}}}}, Json::object());
  becomes(Json::object(), files({{"read", {"/r"}}}), Json::object());
  becomes(asked, files({{"read", {"/", "/r"}}}), files({{"read", {"/r"}}}));
  becomes(asked, files({{"write", {"/r", "/w/x"}}}), files({{"write", {"/w/x"}}}));
  becomes(asked, files({{"write", {"/wide"}}}), files({{"write", Json::array()}}));
  becomes(asked, files({{"write", {"/w/../etc"}}}), files({{"write", Json::array()}}));
  becomes(asked, files({{"write", {"w"}}}), files({{"write", Json::array()}}));
  becomes(asked, files({{"entries", {entry("write", "/r"), entry("read", "/r")}}}),
          files({{"entries", {entry("read", "/r")}}}));
  becomes(
      asked,
      files({{"entries",
              {{{"access", "read"}, {"path", {{"type", "glob_pattern"}, {"pattern", "/**"}}}}}}}),
      files({{"entries", Json::array()}}));
  becomes(asked,
          files({{"entries",
                  {{{"access", "write"},
                    {"path", {{"type", "special"}, {"value", {{"kind", "root"}}}}}}}}}),
          files({{"entries", Json::array()}}));
  becomes(asked, {{"everything", true}}, Json::object());
}

TEST_CASE("what was asked to be denied stays denied") {
  const Json asked = files({{"entries", {entry("write", "/w"), entry("deny", "/w/secret")}}});
  stays(asked, asked);
  becomes(asked, files({{"write", {"/w"}}}),
          files({{"write", {"/w"}}, {"entries", {entry("deny", "/w/secret")}}}));
}

TEST_CASE("a symbolic link does not lead out of what was asked for") {
  const codex::testing::detail::TempDir folder("limit-");
  const auto inside = folder.path() / "inside";
  std::filesystem::create_directories(inside / "real");
  std::filesystem::create_symlink("/etc", inside / "out");
  std::filesystem::create_symlink(folder.path() / "not-there-yet", inside / "later");
  std::filesystem::create_symlink(inside / "real", inside / "in");
  const Json asked = files({{"write", {inside.string()}}});
  stays(asked, files({{"write", {(inside / "in" / "new").string()}}}));
  for (const char* link : {"out", "later"}) {
    becomes(asked, files({{"write", {(inside / link).string()}}}),
            files({{"write", Json::array()}}));
  }
}

}  // namespace codex::testing
