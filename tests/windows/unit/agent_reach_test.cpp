// Where agents can write, with the paths of Windows. What does not depend on paths is in
// tests/unit/agent_reach_test.cpp.

#include "handlers/agent_reach.hpp"

#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "os/utf8_path.hpp"
#include "session/command_environment.hpp"
#include "support/approvals.hpp"
#include "support/messages.hpp"
#include "testing/temp_dir.hpp"

namespace codex::detail {
namespace {

namespace fs = std::filesystem;
using testing::message;
using testing::read_only;
using testing::workspace_write;

/// A client with a thread "t", which works in C:\repo.
struct Threaded {
  AgentReach reach{{.home = "", .path = "C:\\windows", .temp = {"D:\\temp", "D:\\tmp"}}, true};

  explicit Threaded(const Json& sandbox, const std::string& cwd = "C:\\repo") {
    reach.note_response("thread/start",
                        Json{{"thread", {{"id", "t"}}}, {"cwd", cwd}, {"sandbox", sandbox}}.dump());
  }

  [[nodiscard]] bool can_write(const std::string& path) const {
    return reach.can_write("t", path_from_utf8(path));
  }
};

}  // namespace

TEST_CASE("what a sandbox lets commands write, however its path is written") {
  const Threaded client(workspace_write({"D:\\more"}));
  for (const std::string path :
       {"C:\\repo", "C:/repo/a", "C:\\repo\\a\\b", "C:\\repo\\.\\a", "D:/more/x"}) {
    CAPTURE(path);
    CHECK(client.can_write(path));
  }
  for (const std::string path :
       {"C:\\", "C:\\repository", "D:\\repo", "D:\\", "C:\\windows\\..\\other"}) {
    CAPTURE(path);
    CHECK_FALSE(client.can_write(path));
  }
  CHECK(client.reach.can_write_below("t", "C:\\"));
  CHECK_FALSE(client.reach.can_write_below("t", "C:\\windows"));
}

TEST_CASE("a path that is not whole, or leads to a device, can be written") {
  const Threaded client(read_only);
  CHECK_FALSE(client.can_write("C:\\windows"));
  for (const std::string path :
       {"", "repo", "\\repo", "C:repo", "C:", "\\\\?\\UNC", "C:\\repo\\NUL", "C:\\com1.txt"}) {
    CAPTURE(path);
    CHECK(client.can_write(path));
  }
}

TEST_CASE("temporary folders are those of TEMP and TMP: there is no /tmp") {
  const Threaded client(workspace_write(Json::array(), false));
  CHECK(client.can_write("D:\\temp\\x"));
  CHECK(client.can_write("D:\\tmp\\x"));
  CHECK_FALSE(client.can_write("C:\\windows"));

  CodexConfig config;
  config.env = {{"temp", "D:\\one"}, {"TMP", "D:\\two"}, {"TMPDIR", "D:\\three"}};
  CHECK(command_environment(config).temp == std::vector<std::string>{"D:\\one", "D:\\two"});
}

TEST_CASE("patches that were written, and what was granted, with backslashes") {
  Threaded client(read_only);
  client.reach.note_patch(Peek(Json::array({testing::added("C:\\repo\\a\\file")}).dump()));
  CHECK(client.can_write("C:\\repo\\a"));
  CHECK_FALSE(client.can_write("C:\\repo"));
  client.reach.note_grant("C:/given");
  CHECK(client.can_write("C:\\given\\x"));
  client.reach.note_running("t", "u", "c", path_from_utf8("C:\\repo"));
  CHECK(client.reach.is_running_around("C:\\repo\\out"));
  CHECK_FALSE(client.reach.is_running_around("C:\\windows"));
  client.reach.note_grant("relative");
  CHECK(client.can_write("C:\\windows"));
}

TEST_CASE("a folder is itself in any case, and by its long name") {
  const testing::detail::TempDir dir("codex-agent-reach-");
  fs::create_directories(dir.path() / "Repo" / "Out");
  Threaded client(read_only);
  client.reach.note_grant(utf8_from_path(dir.path() / "Repo"));
  const std::string above = utf8_from_path(dir.path());
  CHECK(client.can_write(above + "\\repo"));
  CHECK(client.can_write(above + "\\REPO\\out\\new"));
  CHECK(client.can_write("\\\\?\\" + above + "\\Repo\\Out"));
}

}  // namespace codex::detail
