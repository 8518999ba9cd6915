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

TEST_CASE("a change that is only understood in part is not allowed") {
  const Places at;
  REQUIRE(at.allows(Json::array({updated(at.out + "/file")})));
  // As if it moved nowhere.
  CHECK_FALSE(at.allows(Json::array({updated(at.out + "/file", {{"to", at.outside}})})));
  CHECK_FALSE(at.allows(Json::array({updated(at.out + "/file", 7)})));
  CHECK_FALSE(changing(Json::array({updated(at.out + "/file", 7)})).item().has_value());
  Json patch{{"callId", "c"},
             {"conversationId", "t"},
             {"fileChanges",
              {{at.out + "/file",
                {{"type", "update"}, {"unified_diff", ""}, {"move_path", {at.outside}}}}}}};
  const Policy all = codex::approvals::accept_all;
  const auto params = patch.get<types::ApplyPatchApprovalParams>();
  CHECK(at.policy(params).kind() == Decision::Kind::decline);
  CHECK(all(params).kind() == Decision::Kind::decline);
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

TEST_CASE("what programs run or obey by themselves is left alone, however it is written") {
  const Places at;
  for (const char* name :
       {// the runtime's sandbox protects these
        ".git", ".git/config", ".git/hooks/pre-commit", "sub/.git/config", ".codex/config.toml",
        ".agents/skills/x/SKILL.md", "sub/.codex/x", "sub/.agents",
        // as file systems that ignore case have it
        ".GIT/config", ".Git", ".gIt/hooks/x", ".CODEX/x", ".Agents/x",
        // and characters that nobody sees
        ".g\u200cit/config", "\u200c.git/config", ".git\u200d", "\ufeff.git/x", ".\u2060git",
        "\u202e.git", ".co\u00addex/x", "\U0001bca0.git/config", "\U000e0001.agents/x",
        ".g\U0001bca0it/config", "\ufe0f.git",
        // and dots, blanks and streams at the end, and short names
        ".git./config", ".git /config", ".git. . /config", ".git::$INDEX_ALLOCATION/config",
        ".git:x", "git~1/config", "GIT~1", "GI7EBA~1/x", "codex~2", "sub/agents~1/x",
        "x\\.git\\config",
        // letters that case folding makes of others
        ".agent\u017f/x", ".\u212aodex",
        // what other tools run
        ".envrc", ".vscode/tasks.json", ".idea/x", ".husky/pre-commit", ".bashrc", ".zshenv",
        ".profile", ".config/git/config", ".ssh/authorized_keys", ".npmrc", ".gitmodules",
        ".gitattributes", ".hg/hgrc", ".svn/x", ".claude/settings.json", ".mcp.json", ".exrc",
        ".devcontainer/devcontainer.json", ".github/workflows/x.yml", ".pre-commit-config.yaml",
        "sub/.envrc", "sub/sub/.direnv/x", "..", "...", "..hidden", ".",
        // repositories without a .git
        "HEAD", "head", "Head", "sub/HEAD", "HEAD.", "HEAD ", "HEAD::$DATA", "HE\u200cAD",
        "\u200bHEAD", "HEAD\u2060"}) {
    CAPTURE(name);
    const std::string path = at.out + "/" + name;
    CHECK_FALSE(at.allows(Json::array({added(path)})));
    CHECK_FALSE(at.allows(Json::array({updated(path)})));
    CHECK_FALSE(at.allows(Json::array({deleted(path)})));
    CHECK_FALSE(at.allows(Json::array({updated(at.out + "/file", path)})));
    CHECK_FALSE(at.allows(Json::array({added(at.out + "/new"), added(path)})));
  }
}

TEST_CASE("names that only look like those are files like any other") {
  const Places at;
  for (const char* name : {"git",
                           "git/config",
                           "config",
                           "hooks/pre-commit",
                           "objects/x",
                           "refs/x",
                           "codex",
                           "agents/x",
                           "x.git",
                           "gitignore",
                           "HEADER",
                           "head.txt",
                           "sub/header",
                           "AHEAD",
                           "file~",
                           "~file",
                           "a~b",
                           "Makefile",
                           "package.json",
                           "conftest.py",
                           "\u00dcn\u00ef c\u00f6d\u00e9",
                           "\u65e5\u672c.txt",
                           "x..y",
                           "a b"}) {
    CAPTURE(name);
    CHECK(at.allows(Json::array({added(at.out + "/" + name)})));
  }
}

TEST_CASE("no patch makes a folder a repository, in whatever order, nor writes in one") {
  const Places at;
  for (const char* name : {"objects/x", "refs/x", "config", "packed-refs", "info/attributes",
                           "hooks/post-checkout", "commondir", "config.worktree"}) {
    CAPTURE(name);
    const std::string path = at.out + "/bare/" + name;
    CHECK(at.allows(Json::array({added(path)})));
    write_file(path, "x");
    CHECK_FALSE(at.allows(Json::array({added(at.out + "/bare/HEAD")})));
    CHECK_FALSE(at.allows(Json::array({updated(path, at.out + "/bare/HEAD")})));
  }
  write_file(at.out + "/bare/HEAD", "ref: refs/heads/main");
  for (const char* name :
       {"config", "hooks/post-checkout", "objects/x", "refs/heads/x", "new", "a/b/c"}) {
    CAPTURE(name);
    CHECK_FALSE(at.allows(Json::array({added(at.out + "/bare/" + name)})));
  }
  CHECK(at.allows(Json::array({added(at.out + "/bare2/config")})));
  // A link is as good a HEAD as a file, though it leads nowhere.
  fs::create_directory(fs::path(at.out) / "linked");
  fs::create_symlink("refs/heads/main", fs::path(at.out) / "linked/HEAD");
  CHECK_FALSE(at.allows(Json::array({added(at.out + "/linked/config")})));
}

TEST_CASE("a folder within a repository's own files is left alone, and its links with it") {
  const Places at;
  for (const char* name : {".git", "sub/.git/modules/x", ".Codex", ".agents/skills"}) {
    CAPTURE(name);
    const fs::path folder = at.base / name;
    fs::create_directories(folder);
    const Policy policy = allow_writes_under(folder.string());
    CHECK(policy(file_change_request(), changing(Json::array({added((folder / "x").string())})))
              .kind() == Decision::Kind::decline);
  }
  write_file(at.base / "bare.git/HEAD", "x");
  const fs::path hooks = at.base / "bare.git/hooks";
  const Policy policy = allow_writes_under(hooks.string());
  CHECK(policy(file_change_request(), changing(Json::array({added((hooks / "x").string())})))
            .kind() == Decision::Kind::decline);
  // By a link of a harmless name.
  fs::create_directories(at.base / "out/.git/hooks");
  fs::create_directory_symlink(at.base / "out/.git", at.base / "out/harmless");
  fs::create_symlink(at.base / "out/.git/config", at.base / "out/settings");
  CHECK_FALSE(at.allows(Json::array({added(at.out + "/harmless/hooks/x")})));
  CHECK_FALSE(at.allows(Json::array({added(at.out + "/settings")})));
  // And by one that bears such a name, but leads to a harmless file.
  fs::create_symlink(at.base / "out/file", at.base / "out/.envrc");
  CHECK_FALSE(at.allows(Json::array({deleted(at.out + "/.envrc")})));
}

TEST_CASE("a hidden folder that was named is written in, but no hidden one in it") {
  const Places at;
  const fs::path folder = at.base / ".cache/out";
  const Policy policy = allow_writes_under(folder.string());
  const auto allowed = [&](const fs::path& file) {
    return policy(file_change_request(), changing(Json::array({added(file.string())}))) ==
           codex::approvals::accept();
  };
  CHECK(allowed(folder / "x"));
  CHECK_FALSE(allowed(folder / ".x"));
}

TEST_CASE("where the agents' commands can write, they can exchange a folder after the yes") {
  const Places at;
  const auto allowed_with = [&](const Json& sandbox, const std::string& file) {
    HandlerContext context = changing(Json::array({added(file)}));
    origin_of(context.origin).reach = codex::testing::reach_of(sandbox, at.outside);
    return at.allows(context);
  };
  const auto writes = [](const std::string& root) {
    return codex::testing::workspace_write(Json::array({root}));
  };
  const std::string file = at.out + "/a/b/file";
  CHECK(allowed_with(codex::testing::read_only, file));
  CHECK(allowed_with(writes(at.outside), file));
  CHECK(allowed_with(writes(at.out + "/c"), file));
  for (const std::string& root : {at.out + "/a/b", at.out + "/a", at.out, at.base.string(),
                                  std::string("/"), at.out + "/a/b/file"}) {
    CAPTURE(root);
    CHECK_FALSE(allowed_with(writes(root), file));
  }
  CHECK_FALSE(allowed_with({{"type", "dangerFullAccess"}}, file));

  HandlerContext context = changing(Json::array({added(file)}));
  origin_of(context.origin).reach = codex::testing::reach_of(codex::testing::read_only, at.outside);
  context.thread_id = "of a sub-agent";
  CHECK_FALSE(at.allows(context));
}

TEST_CASE("nor is written through a link that lies where they can, though it leads to the folder") {
  const Places at;
  const fs::path workspace = at.base / "workspace";
  fs::create_directories(workspace);
  fs::create_directory_symlink(at.out, workspace / "link");
  fs::create_directory_symlink(workspace / "link", at.base / "by-another");
  fs::create_directory_symlink(at.out, at.base / "fixed");
  const auto allowed = [&](const std::string& sandbox, const fs::path& file) {
    HandlerContext context = changing(Json::array({added(file.string())}));
    origin_of(context.origin).reach = codex::testing::reach_of(
        {{"type", sandbox}, {"excludeSlashTmp", true}, {"excludeTmpdirEnvVar", true}},
        workspace.string());
    return at.allows(context);
  };
  for (const char* link : {"workspace/link", "by-another"}) {
    CAPTURE(link);
    CHECK(allowed("readOnly", at.base / link / "new"));
    CHECK_FALSE(allowed("workspaceWrite", at.base / link / "new"));
  }
  CHECK(allowed("workspaceWrite", at.base / "fixed/new"));

  HandlerContext context = changing(Json::array({added((workspace / "link/new").string())}));
  const auto reach = codex::testing::reach_of(codex::testing::read_only, at.outside);
  origin_of(context.origin).reach = reach;
  CHECK(at.allows(context));
  reach->note_running("t1", "u1", "c1", workspace);
  CHECK_FALSE(at.allows(context));
}

TEST_CASE("a patch that was accepted does not stand in the way of the next one") {
  const Places at;
  HandlerContext context = changing(Json::array({added(at.out + "/a/new")}));
  const auto reach = codex::testing::reach_of(codex::testing::read_only, at.outside);
  reach->note_patch(codex::detail::Peek(Json::array({added(at.out + "/a/new")}).dump()));
  origin_of(context.origin).reach = reach;
  CHECK(at.allows(context));

  // But a command that runs what it finds there does, as long as it runs.
  reach->note_running("t1", "u1", "c1", at.base);
  CHECK_FALSE(at.allows(context));
}
