#include <filesystem>
#include <stdexcept>

#include <doctest/doctest.h>

#include <codex/policies.hpp>
#include <codex/protocol/session.hpp>

#include "support/approvals.hpp"
#include "support/files.hpp"
#include "testing/temp_dir.hpp"

using codex::HandlerContext;
using codex::Json;
using codex::approvals::allow_writes_under;
using codex::approvals::Decision;
using codex::approvals::Policy;
using codex::testing::added;
using codex::testing::changing;
using codex::testing::file_change_request;
using codex::testing::write_file;
namespace fs = std::filesystem;
namespace types = codex::protocol;

namespace {

/// A folder `out` to write in, and a link in it that leads out.
struct Places {
  codex::testing::detail::TempDir dir{"codex-allow-writes-"};
  fs::path base = fs::canonical(dir.path());
  std::string out = (base / "out").string();
  std::string outside = (base / "outside").string();
  Policy policy = allow_writes_under(out);

  Places() {
    write_file(base / "out" / "file", "old");
    write_file(base / "outside" / "file", "old");
    fs::create_directory_symlink(base / "outside", base / "out" / "link");
  }

  [[nodiscard]] bool allows(const HandlerContext& context) const {
    return policy(file_change_request(), context) == codex::approvals::accept();
  }
  [[nodiscard]] bool allows(const Json& changes) const { return allows(changing(changes)); }
};

Json updated(const std::string& path, const Json& move_path = nullptr) {
  return {{"path", path},
          {"kind", {{"type", "update"}, {"move_path", move_path}}},
          {"diff", "@@ -1 +1 @@\n-old\n+new\n"}};
}

Json deleted(const std::string& path) {
  return {{"path", path}, {"kind", {{"type", "delete"}}}, {"diff", "old\n"}};
}

}  // namespace

TEST_CASE("changes that stay in the folder are allowed, of each kind and many at once") {
  const Places at;
  CHECK(at.allows(Json::array({added(at.out + "/new")})));
  CHECK(at.allows(Json::array({added(at.out + "/a/b/new")})));
  CHECK(at.allows(Json::array({updated(at.out + "/file")})));
  CHECK(at.allows(Json::array({updated(at.out + "/file", at.out + "/moved")})));
  CHECK(at.allows(Json::array({deleted(at.out + "/file")})));
  CHECK(at.allows(
      Json::array({added(at.out + "/new"), updated(at.out + "/file"), deleted(at.out + "/x")})));
}

TEST_CASE("one path that leads out is enough to allow none") {
  const Places at;
  const Json good = added(at.out + "/new");
  for (const std::string& path :
       {at.outside + "/file", at.out + "side", at.out + "side/file", at.out + "/../outside/file",
        at.out + "/link/file", at.out + "/link", at.out, at.out + "/", std::string("new"),
        std::string("./new"), std::string("../out/new"), std::string("~/new"), std::string("/"),
        std::string(), std::string("/etc/passwd")}) {
    CAPTURE(path);
    CHECK_FALSE(at.allows(Json::array({added(path)})));
    CHECK_FALSE(at.allows(Json::array({updated(path)})));
    CHECK_FALSE(at.allows(Json::array({deleted(path)})));
    CHECK_FALSE(at.allows(Json::array({updated(at.out + "/file", path)})));
    CHECK_FALSE(at.allows(Json::array({updated(path, at.out + "/file")})));
    CHECK_FALSE(at.allows(Json::array({good, added(path)})));
    CHECK_FALSE(at.allows(Json::array({added(path), good})));
  }
}

TEST_CASE("changes that are not known are not allowed") {
  const Places at;
  CHECK_FALSE(at.allows(HandlerContext{}));
  CHECK_FALSE(at.allows(Json::array()));
  CHECK_FALSE(at.allows(changing(Json::array({added(at.out + "/new")}), "another item")));
  CHECK_FALSE(at.allows(Json::array({{{"path", at.out + "/file"},
                                      {"kind", {{"type", "link"}, {"target", "/etc"}}},
                                      {"diff", ""}}})));
  CHECK_FALSE(
      at.allows(codex::testing::context_of({{"type", "commandExecution"},
                                            {"id", "p1"},
                                            {"changes", Json::array({added(at.out + "/new")})}})));
}

TEST_CASE("a root to write in from now on is not allowed") {
  const Places at;
  auto params = file_change_request();
  params.grant_root = at.out;
  CHECK(at.policy(params, changing(Json::array({added(at.out + "/new")}))).kind() ==
        Decision::Kind::decline);
}

TEST_CASE("allowed writes are no commands and no permissions") {
  const Places at;
  CHECK(at.policy(codex::testing::command_request("touch " + at.out + "/new"),
                  changing(Json::array({added(at.out + "/new")})))
            .kind() == Decision::Kind::decline);
  CHECK(at.policy(types::PermissionsRequestApprovalParams{.cwd = at.out,
                                                          .item_id = "p1",
                                                          .permissions = {},
                                                          .thread_id = "t1",
                                                          .turn_id = "u1"})
            .kind() == Decision::Kind::decline);
}

TEST_CASE("patches of older runtimes are looked at path by path") {
  const Places at;
  const auto asks = [&](std::map<std::string, types::FileChange> changes) {
    return at.policy(types::ApplyPatchApprovalParams{
        .call_id = "c", .conversation_id = {}, .file_changes = std::move(changes)});
  };
  const types::AddFileChange add{.content = "x"};
  CHECK(asks({{at.out + "/new", add}}) == codex::approvals::accept());
  CHECK(asks({{at.out + "/new", add}, {at.outside + "/new", add}}).kind() ==
        Decision::Kind::decline);
  CHECK(asks({{"new", add}}).kind() == Decision::Kind::decline);
  CHECK(asks({{at.out + "/file",
               types::UpdateFileChange{.unified_diff = "", .move_path = at.outside + "/file"}}})
            .kind() == Decision::Kind::decline);
  CHECK(asks({{at.out + "/file", types::Unknown{Json{{"type", "newer"}}}}}).kind() ==
        Decision::Kind::decline);
  CHECK(asks({}).kind() == Decision::Kind::decline);
}

TEST_CASE("a folder that is none is refused when the policy is made") {
  const Places at;
  CHECK_THROWS_AS(allow_writes_under(""), std::invalid_argument);
  CHECK_THROWS_AS(allow_writes_under(at.out + "/file"), std::invalid_argument);
}
