// allow_writes_under with the paths of Windows. What does not depend on paths is in
// tests/unit/allow_writes_under_test.cpp.

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>

#include <codex/policies.hpp>
#include <codex/protocol/session.hpp>

#include "os/utf8_path.hpp"
#include "support/approvals.hpp"
#include "support/files.hpp"
#include "testing/temp_dir.hpp"

namespace codex::approvals {
namespace {

namespace fs = std::filesystem;
using codex::detail::path_from_utf8;
using codex::detail::utf8_from_path;
using testing::added;
using testing::changing;
using testing::write_file;

struct Places {
  testing::detail::TempDir dir{"codex-allow-writes-"};
  fs::path base = fs::path(dir.path()).make_preferred() / path_from_utf8("Gr\xc3\xbc\xc3\x9f e");
  std::string out = utf8_from_path(base / "out");
  std::string outside = utf8_from_path(base / "outside");
  Policy policy = allow_writes_under(out);

  Places() {
    write_file(base / "out" / "file", "old");
    write_file(base / "outside" / "file", "old");
  }

  [[nodiscard]] bool allows(const HandlerContext& context) const {
    return policy(testing::file_change_request(), context) == accept();
  }
  [[nodiscard]] bool allows(const std::string& path) const {
    return allows(changing(Json::array({added(path)})));
  }
};

std::string with_slashes(std::string path) {
  std::replace(path.begin(), path.end(), '\\', '/');
  return path;
}

}  // namespace

TEST_CASE("changes that stay in the folder are allowed, with slashes and backslashes") {
  const Places at;
  CHECK(at.allows(at.out + "\\new"));
  CHECK(at.allows(at.out + "\\file"));
  CHECK(at.allows(at.out + "/a\\b/new"));
  CHECK(at.allows(with_slashes(at.out) + "/new"));
  CHECK(at.allows(at.out + "\\\xe6\x97\xa5\xe6\x9c\xac.txt"));
}

TEST_CASE("a path that leads out, or is not whole, is not allowed") {
  const Places at;
  const std::string without_drive = at.out.substr(2);
  for (const std::string& path :
       {at.outside + "\\file", at.out, at.out + "\\", at.out + "side\\file",
        at.out + "\\..\\outside\\file", at.out + "\\x\\..\\new", std::string("new"),
        without_drive + "\\new", "C:" + without_drive.substr(1) + "\\new",
        "D:" + without_drive + "\\new", std::string("C:\\windows\\new"), std::string("C:\\"),
        std::string("\\\\server\\share\\new"), std::string("\\\\.\\C:\\windows\\new"),
        std::string()}) {
    CAPTURE(path);
    CHECK_FALSE(at.allows(path));
  }
}

TEST_CASE("names that Windows takes for another file are not allowed") {
  const Places at;
  for (const char* name : {".git\\config", ".GIT\\config", "git~1\\config", ".git.\\x", ".git \\x",
                           ".git::$INDEX_ALLOCATION\\config", "file:stream", "file::$DATA", "file.",
                           "file ", "sub.\\new", "..\\outside\\file", "HEAD", "PROGRA~1\\x"}) {
    CAPTURE(name);
    CHECK_FALSE(at.allows(at.out + "\\" + name));
  }
}

TEST_CASE("names of devices are not allowed, in whatever folder") {
  const Places at;
  for (const char* name : {"NUL", "con", "aux.txt", "COM1", "lpt9.log", "CONIN$", "nul .txt",
                           "a\\prn\\b", "COM\xc2\xb9"}) {
    CAPTURE(name);
    CHECK_FALSE(at.allows(at.out + "\\" + name));
  }
  for (const char* name : {"null", "console.txt", "com", "com10", "auxiliary", "lpt"}) {
    CAPTURE(name);
    CHECK(at.allows(at.out + "\\" + name));
  }
}

TEST_CASE("a file with a second name elsewhere is not allowed") {
  const Places at;
  fs::create_hard_link(path_from_utf8(at.outside + "\\file"), path_from_utf8(at.out + "\\hard"));
  CHECK_FALSE(at.allows(at.out + "\\hard"));
}

TEST_CASE("where the agents' commands can write, they can exchange a folder after the yes") {
  const Places at;
  const auto allowed_with = [&](const Json& sandbox) {
    HandlerContext context = changing(Json::array({added(at.out + "\\a\\file")}));
    origin_of(context.origin).reach = testing::reach_of(sandbox, at.outside);
    return at.allows(context);
  };
  const auto writes = [](const std::string& root) {
    return codex::testing::workspace_write(Json::array({root}));
  };
  CHECK(allowed_with(testing::read_only));
  CHECK(allowed_with(writes(at.outside)));
  CHECK_FALSE(allowed_with(writes(at.out)));
  CHECK_FALSE(allowed_with(writes(with_slashes(utf8_from_path(at.base)))));
}

TEST_CASE("a folder that is none is refused when the policy is made") {
  const Places at;
  CHECK_THROWS_AS(allow_writes_under(""), std::invalid_argument);
  CHECK_THROWS_AS(allow_writes_under(at.out + "\\file"), std::invalid_argument);
}

TEST_CASE("a path that is no UTF-8 is not allowed, and throws nothing") {
  const Places at;
  CHECK(at
            .policy(protocol::ApplyPatchApprovalParams{
                .call_id = "c",
                .conversation_id = {},
                .file_changes = {{at.out + "\\\xff\xfe", protocol::AddFileChange{.content = "x"}}}})
            .kind() == Decision::Kind::decline);
}

}  // namespace codex::approvals
