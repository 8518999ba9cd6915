#include "handlers/agent_reach.hpp"

#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "support/approvals.hpp"
#include "support/files.hpp"
#include "support/messages.hpp"
#include "testing/temp_dir.hpp"
#include "wire/envelope.hpp"

using codex::Json;
using codex::detail::AgentReach;
using codex::detail::Peek;
using codex::testing::added;
using codex::testing::message;
using codex::testing::read_only;
using codex::testing::workspace_write;
namespace fs = std::filesystem;

namespace {

/// A reach that hears what the runtime says.
struct Client {
  AgentReach reach{{.home = "/home/dev", .path = "/usr/bin", .temp = {"/var/dev-temp"}}, true};

  void starts(const std::string& thread, const Json& sandbox, Json members = Json::object(),
              const std::string& method = "thread/start") {
    members["thread"] = {{"id", thread}};
    if (!members.contains("cwd")) members["cwd"] = "/repo";
    members["sandbox"] = sandbox;
    reach.note_response(method, members.dump());
  }

  void hears(const std::string& method, const Json& params) {
    reach.see(*message(Json{{"method", method}, {"params", params}}.dump()));
  }

  void hears_item(const std::string& method, const std::string& thread, const Json& item) {
    hears(method, {{"threadId", thread}, {"turnId", "u"}, {"item", item}});
  }

  [[nodiscard]] bool can_write(const std::string& path, const std::string& thread = "t") const {
    return reach.can_write(thread, path);
  }
};

Json file_change(const std::string& path, const std::string& status, const Json& kind = {}) {
  Json change = added(path);
  if (!kind.is_null()) change["kind"] = kind;
  return {
      {"type", "fileChange"}, {"id", "p"}, {"status", status}, {"changes", Json::array({change})}};
}

const Json command_item{{"type", "commandExecution"}, {"id", "c"}};

}  // namespace

TEST_CASE("a thread that is started, resumed or forked is known, and any other writes everywhere") {
  for (const char* method : {"thread/start", "thread/resume", "thread/fork"}) {
    Client client;
    CHECK(client.can_write("/anything"));
    client.starts("t", read_only, Json::object(), method);
    CHECK_FALSE(client.can_write("/repo"));
    CHECK(client.can_write("/repo", "t2"));
    CHECK(client.can_write("/repo", ""));
  }
  Client client;
  client.starts("t", read_only, Json::object(), "thread/read");
  CHECK(client.can_write("/repo"));
  client.reach.note_response("thread/start", R"({"thread":{"id":"t"},"cwd":"/repo"})");
  CHECK(client.can_write("/repo"));
  client.reach.note_response("thread/start", "nonsense");
  client.reach.note_response("thread/start",
                             R"({"thread":{"id":"t"},"sandbox":{"type":"readOnly"}})");
  CHECK(client.can_write("/repo"));
}

TEST_CASE("what a sandbox lets commands write is what it says") {
  Client client;
  client.starts("t", workspace_write({"/opt/x"}));
  CHECK(client.can_write("/repo"));
  CHECK(client.can_write("/repo/a/b"));
  CHECK(client.can_write("/opt/x/y"));
  CHECK_FALSE(client.can_write("/opt"));
  CHECK_FALSE(client.can_write("/repository"));
  CHECK_FALSE(client.can_write("/tmp"));
  CHECK_FALSE(client.can_write("/var/dev-temp"));
  CHECK(client.can_write("repo"));
  CHECK(client.can_write(""));
  CHECK(client.can_write("/proc/self/root"));
  CHECK(client.reach.can_write_below("t", "/opt"));
  CHECK(client.reach.can_write_below("t", "/"));
  CHECK_FALSE(client.reach.can_write_below("t", "/usr"));

  client.starts("t2", workspace_write(Json::array(), false));
  CHECK(client.can_write("/tmp/x"));
  CHECK(client.can_write("/var/dev-temp/x"));
}

TEST_CASE("a proxy that puts blanks between members hides nothing that was written") {
  for (const Json& item : {file_change("/opt/x/file", "completed"), command_item}) {
    Client client;
    client.starts("t", read_only);
    CHECK_FALSE(client.can_write("/opt/x"));
    const Json event{{"method", "item/completed"},
                     {"params", {{"threadId", "stranger"}, {"turnId", "u"}, {"item", item}}}};
    client.reach.see(*message(event.dump(1)));
    CHECK(client.can_write("/opt/x"));
  }
}

TEST_CASE("what is no JSON after its beginning makes everything writable") {
  const std::string changes = R"([{"path":"/opt/x/file"} {"path":"/srv/file"}])";
  Client client;
  client.starts("t", read_only);
  SUBCASE("a patch") {
    client.reach.see(
        *message(R"({"method":"item/completed","params":{"threadId":"t","turnId":"u","item":)"
                 R"({"type":"fileChange","id":"p","status":"completed","changes":)" +
                 changes + "}}}"));
  }
  SUBCASE("a thread") {
    client.reach.note_response("thread/start",
                               R"({"thread":{"id":"t2"},"cwd":"/repo","sandbox":{"type":)"
                               R"("workspaceWrite","writableRoots":["/opt" "/srv"]}})");
  }
  CHECK(client.can_write("/srv"));
  CHECK(client.can_write("/usr"));
}

TEST_CASE("after a notification that was too large to keep, everything counts as writable") {
  for (const char* method : {"item/started", "item/completed", "thread/settings/updated"}) {
    Client client;
    client.starts("t", read_only);
    const Json event{{"method", method}, {"params", {{"threadId", "t"}, {"turnId", "u"}}}};
    client.reach.see(*codex::detail::EnvelopeScanner().scan(event.dump(), 1'000'000));
    CHECK(client.can_write("/opt/x"));
  }
  Client client;
  client.starts("t", read_only);
  client.reach.see(*codex::detail::EnvelopeScanner().scan(
      R"({"method":"turn/completed","params":{"threadId":"t","turn":{"id":"u"}}})", 1'000'000));
  CHECK_FALSE(client.can_write("/opt/x"));
}

TEST_CASE("a sandbox that is none, or newer, lets commands write everywhere") {
  for (const Json& policy :
       {Json{{"type", "dangerFullAccess"}}, Json{{"type", "externalSandbox"}},
        Json{{"type", "newer"}}, Json::object(), Json("danger-full-access"), Json(7)}) {
    CAPTURE(policy.dump());
    Client client;
    client.starts("t", read_only);
    client.starts("other", policy);
    CHECK(client.can_write("/repo"));
    CHECK(client.reach.can_write_startup_files("t", false));
  }
}

TEST_CASE("a permission profile of the user's is not known") {
  Client client;
  client.starts("t", read_only, {{"activePermissionProfile", {{"id", ":read-only"}}}});
  CHECK_FALSE(client.can_write("/repo"));
  client.starts("t2", read_only, {{"activePermissionProfile", {{"id", ":workspace"}}}});
  CHECK(client.can_write("/repo"));
  CHECK_FALSE(client.can_write("/usr"));
  client.starts("t3", read_only, {{"activePermissionProfile", {{"id", "mine"}}}});
  CHECK(client.can_write("/usr"));
}

TEST_CASE("all places where a thread works are its own once it may write") {
  Client client;
  client.starts("t", read_only,
                {{"cwd", "/first"}, {"runtimeWorkspaceRoots", {"/first", "/second"}}});
  CHECK_FALSE(client.can_write("/second"));
  client.hears("thread/settings/updated", {{"threadId", "t"},
                                           {"threadSettings",
                                            {{"cwd", "/third"},
                                             {"sandboxPolicy", workspace_write()},
                                             {"environments",
                                              {{{"environmentId", "local"},
                                                {"cwd", "/third"},
                                                {"runtimeWorkspaceRoots", {"/fourth"}}}}}}}});
  for (const char* place : {"/first", "/second", "/third", "/fourth"}) {
    CHECK(client.can_write(place));
  }
  // What it wrote stays when it may not write any more.
  client.hears(
      "thread/settings/updated",
      {{"threadId", "t"}, {"threadSettings", {{"cwd", "/usr"}, {"sandboxPolicy", read_only}}}});
  CHECK(client.can_write("/first"));
}

TEST_CASE("what a turn asks for counts from when it is asked") {
  const auto after = [](const Json& params) {
    Client client;
    client.starts("t", read_only);
    client.reach.note_request(params.dump());
    return client.can_write("/repo");
  };
  CHECK_FALSE(after({{"threadId", "t"}, {"input", "\"sandboxPolicy\""}}));
  CHECK_FALSE(after({{"threadId", "t"}, {"cwd", "/usr"}}));
  CHECK_FALSE(after({{"threadId", "t"}, {"sandboxPolicy", read_only}}));
  CHECK(after({{"threadId", "t"}, {"sandboxPolicy", workspace_write()}}));
  CHECK(after({{"threadId", "t"}, {"sandboxPolicy", {{"type", "dangerFullAccess"}}}}));
  CHECK(after({{"threadId", "t"}, {"sandbox", "workspace-write"}}));
  CHECK(after({{"threadId", "t"}, {"permissions", ":workspace"}}));
  CHECK(after({{"threadId", "t"}, {"permissions", "mine"}}));
  CHECK(after({{"threadId", "t2"}, {"sandboxPolicy", {{"type", "dangerFullAccess"}}}}));

  Client client;
  client.starts("t", workspace_write());
  client.reach.note_request(R"({"threadId":"t","cwd":"/elsewhere"})");
  CHECK(client.can_write("/elsewhere"));
  client.reach.note_request(R"({"threadId":"t","runtimeWorkspaceRoots":["/more"]})");
  CHECK(client.can_write("/more"));
  CHECK_FALSE(client.can_write("/usr"));
  client.reach.note_request(R"({"threadId":"t","cwd":"relative"})");
  CHECK(client.can_write("/usr"));
}

TEST_CASE("a thread that nobody knows and that works makes everything writable") {
  Client client;
  client.starts("t", read_only);
  client.hears("turn/started", {{"threadId", "stranger"}, {"turn", {{"id", "u"}}}});
  client.hears_item("item/started", "stranger", {{"type", "agentMessage"}, {"id", "m"}});
  CHECK_FALSE(client.can_write("/repo"));
  client.hears_item("item/started", "stranger", command_item);
  CHECK(client.can_write("/repo"));
  CHECK_FALSE(client.reach.can_write_startup_files("t", false));
  client.starts("stranger", read_only);
  CHECK_FALSE(client.can_write("/repo"));
  client.hears_item("item/started", "another", file_change("/x/y", "inProgress"));
  CHECK(client.can_write("/repo"));
}

TEST_CASE("a sub-agent has the sandbox of the agent that starts it, and of nobody else") {
  const auto spawn = [](const std::string& child, const char* tool = "spawnAgent") {
    return Json{{"type", "collabAgentToolCall"},
                {"id", "s"},
                {"tool", tool},
                {"receiverThreadIds", {child}}};
  };
  Client client;
  client.starts("t", read_only);
  client.hears_item("item/started", "child", command_item);
  CHECK(client.can_write("/repo"));
  client.hears_item("item/completed", "t", spawn("child", "sendInput"));
  client.hears_item("item/completed", "nobody", spawn("child"));
  CHECK(client.can_write("/repo"));
  client.hears_item("item/completed", "t", spawn("child"));
  CHECK_FALSE(client.can_write("/repo"));
  CHECK_FALSE(client.can_write("/repo", "child"));

  client.hears_item("item/started", "child",
                    {{"type", "subAgentActivity"},
                     {"id", "a"},
                     {"kind", "started"},
                     {"agentThreadId", "grandchild"}});
  CHECK_FALSE(client.can_write("/repo", "grandchild"));
}

TEST_CASE("patches that were written count, whoever accepted them, and declined ones do not") {
  Client client;
  client.starts("t", read_only);
  client.hears_item("item/started", "t", file_change("/repo/a/file", "inProgress"));
  client.hears_item("item/completed", "t", file_change("/repo/b/file", "declined"));
  client.hears_item("item/completed", "t", file_change("/repo/c/file", "failed"));
  client.hears_item("item/completed", "t",
                    file_change("/repo/d/file", "completed",
                                {{"type", "update"}, {"move_path", "/repo/e/file"}}));
  CHECK_FALSE(client.can_write("/repo/a"));
  CHECK_FALSE(client.can_write("/repo/b"));
  CHECK(client.can_write("/repo/c"));
  CHECK(client.can_write("/repo/d"));
  CHECK(client.can_write("/repo/e"));
  CHECK_FALSE(client.can_write("/repo"));
  CHECK(client.reach.can_write_below("t", "/repo"));
  CHECK_FALSE(client.reach.commands_can_write("t", "/repo/d"));

  client.reach.note_patch(Peek(R"({"/repo/f/x":{"type":"update","move_path":"/repo/g/x"}})"));
  CHECK(client.can_write("/repo/f"));
  CHECK(client.can_write("/repo/g"));
  client.reach.note_patch(Peek());
  CHECK(client.can_write("/usr"));
}

TEST_CASE("what was granted counts, in each shape, and what is no plain path is everything") {
  const auto after = [](const Json& files) {
    Client client;
    client.starts("t", read_only);
    const Json granted{{"fileSystem", files}, {"network", {{"enabled", true}}}};
    client.reach.note_permissions(Peek(granted.dump()));
    return std::pair{client.can_write("/given/x"), client.can_write("/usr")};
  };
  const auto entry = [](const char* access, const Json& path) {
    return Json{{"entries", {{{"access", access}, {"path", path}}}}};
  };
  const Json given{{"type", "path"}, {"path", "/given"}};
  CHECK(after(nullptr) == std::pair{false, false});
  CHECK(after({{"write", {"/given"}}}) == std::pair{true, false});
  CHECK(after({{"read", {"/given"}}}) == std::pair{false, false});
  CHECK(after(entry("write", given)) == std::pair{true, false});
  CHECK(after(entry("newer", given)) == std::pair{true, false});
  CHECK(after(entry("read", given)) == std::pair{false, false});
  CHECK(after(entry("deny", given)) == std::pair{false, false});
  CHECK(after(entry("write", {{"type", "special"}, {"value", {{"kind", "root"}}}})) ==
        std::pair{true, true});
  CHECK(after(entry("write", {{"type", "glob_pattern"}, {"pattern", "/given/**"}})) ==
        std::pair{true, true});

  Client client;
  client.starts("t", read_only);
  client.reach.note_grant("/root-to-write-in");
  CHECK(client.reach.commands_can_write("t", "/root-to-write-in/x"));
  client.reach.note_permissions(Peek(R"({"newer":true})"));
  CHECK(client.can_write("/usr"));
}

TEST_CASE("a client that opted out of what tells of it knows nothing") {
  AgentReach reach({.home = "/home/dev", .path = "/usr/bin", .temp = {}}, false);
  reach.note_response(
      "thread/start",
      Json{{"thread", {{"id", "t"}}}, {"cwd", "/repo"}, {"sandbox", read_only}}.dump());
  CHECK(reach.can_write("t", "/repo"));
}

TEST_CASE("past the limits everything counts as writable") {
  SUBCASE("folders") {
    Client client;
    client.starts("t", read_only);
    for (std::size_t i = 0; i < AgentReach::max_folders; ++i) {
      client.reach.note_grant("/given/" + std::to_string(i));
    }
    client.reach.note_grant("/given/7/already");
    CHECK_FALSE(client.can_write("/usr"));
    client.reach.note_grant("/given/one-more");
    CHECK(client.can_write("/usr"));
  }
  SUBCASE("threads") {
    Client client;
    for (std::size_t i = 0; i < AgentReach::max_threads; ++i) {
      client.starts(std::to_string(i), read_only);
    }
    CHECK_FALSE(client.can_write("/usr", "7"));
    client.starts("one more", read_only);
    CHECK(client.can_write("/usr", "7"));
  }
  SUBCASE("threads of others") {
    Client client;
    client.starts("t", read_only);
    const auto works = [&](const std::string& thread) {
      client.reach.see(*message(R"({"method":"item/started","params":{"threadId":")" + thread +
                                R"(","turnId":"u","item":{"type":"commandExecution","id":"c"}}})"));
    };
    for (std::size_t i = 0; i <= AgentReach::max_threads; ++i)
      works("stranger " + std::to_string(i));
    for (std::size_t i = 0; i <= AgentReach::max_threads; ++i) {
      client.starts("stranger " + std::to_string(i), read_only);
    }
    CHECK(client.can_write("/usr"));
  }
  SUBCASE("places of a thread") {
    Client client;
    client.starts("t", read_only);
    for (std::size_t i = 0; i <= AgentReach::max_folders; ++i) {
      client.reach.note_request(
          Json{{"threadId", "t"}, {"cwd", "/place/" + std::to_string(i)}}.dump());
    }
    CHECK(client.can_write("/usr"));
  }
  SUBCASE("commands that run") {
    Client client;
    client.starts("t", read_only);
    for (std::size_t i = 0; i < AgentReach::max_running; ++i) {
      client.reach.note_running("t", "u", std::to_string(i), "/repo");
    }
    CHECK_FALSE(client.can_write("/usr"));
    client.reach.note_running("t", "u", "one more", "/repo");
    CHECK(client.can_write("/usr"));
  }
}

TEST_CASE("a command runs until its item is completed, and of two with one id both do") {
  Client client;
  client.starts("t", read_only);
  const auto runs = [&] { return client.reach.is_running_around("/repo/out"); };
  client.reach.note_running("t", "u", "c", "/repo");
  CHECK(runs());
  CHECK(client.reach.is_running_around("/"));
  CHECK_FALSE(client.reach.is_running_around("/usr"));
  client.hears_item("item/completed", "t2", command_item);
  CHECK(runs());
  client.hears_item("item/completed", "t", command_item);
  CHECK_FALSE(runs());

  client.reach.note_running("t", "u", "c", "/repo");
  client.reach.note_running("t", "u", "c", "/usr");
  client.hears_item("item/completed", "t", command_item);
  CHECK(runs());
}

TEST_CASE("a command whose id is too long to be kept never ends for sure") {
  Client client;
  client.starts("t", read_only);
  client.reach.note_running("t", "u", "", "/repo");
  const std::string long_id(codex::detail::max_id_bytes + 1, 'x');
  client.hears_item("item/completed", "t", {{"type", "commandExecution"}, {"id", long_id}});
  CHECK(client.reach.is_running_around("/repo/out"));
}

TEST_CASE("a command whose id another item has, too, never ends for sure") {
  Client client;
  client.starts("t", read_only);
  const auto runs = [&] { return client.reach.is_running_around("/repo/out"); };
  client.hears_item("item/started", "t", command_item);
  client.reach.note_running("t", "u", "c", "/repo");
  client.hears_item(
      "item/completed", "t",
      {{"type", "dynamicToolCall"}, {"id", "c"}, {"arguments", {{"type", "commandExecution"}}}});
  CHECK(runs());
  SUBCASE("it ends") {
    client.hears_item("item/started", "t", {{"type", "commandExecution"}, {"id", "c2"}});
    client.hears_item("item/completed", "t", command_item);
    CHECK_FALSE(runs());
  }
  SUBCASE("a second command") {
    client.hears_item("item/started", "t", command_item);
    client.hears_item("item/completed", "t", command_item);
    CHECK(runs());
    client.hears_item("item/completed", "t", command_item);
    CHECK(runs());
  }
  SUBCASE("another item") {
    client.hears_item("item/started", "t", {{"type", "dynamicToolCall"}, {"id", "c"}});
    client.hears_item("item/completed", "t", command_item);
    CHECK(runs());
  }
}

TEST_CASE("a thread that is given a configuration is unknown until the response says the rest") {
  Client client;
  client.starts("t", read_only);
  client.reach.note_request(R"({"threadId":"t","config":null})");
  client.reach.note_request(R"({"threadId":"t2","config":{"sandbox_mode":"read-only"}})");
  CHECK_FALSE(client.can_write("/repo"));
  client.reach.note_request(R"({"threadId":"t","config":{"sandbox_mode":"danger-full-access"}})");
  CHECK(client.can_write("/repo"));
  client.starts("t", read_only, Json::object(), "thread/resume");
  CHECK_FALSE(client.can_write("/repo"));
}

TEST_CASE("what has no bounds makes everything writable") {
  Client client;
  client.starts("t", read_only);
  CHECK_FALSE(client.can_write("/usr"));
  client.reach.note_everything();
  CHECK(client.can_write("/usr"));
  CHECK(client.reach.can_write_startup_files("t", false));
}

TEST_CASE("two names of one folder are the same folder") {
  const codex::testing::detail::TempDir dir("codex-agent-reach-");
  const fs::path base = fs::canonical(dir.path());
  fs::create_directories(base / "repo/out");
  fs::create_directory_symlink(base / "repo", base / "link");
  Client client;
  client.starts("t", read_only);
  client.reach.note_grant((base / "link/out").string());
  CHECK(client.can_write((base / "repo/out").string()));
  CHECK(client.can_write((base / "link/out/x").string()));
  CHECK(client.reach.can_write_below("t", base / "link"));
}

namespace {

/// A home, and a folder `out` that a patch wrote in.
struct Home {
  codex::testing::detail::TempDir dir{"codex-agent-home-"};
  fs::path base = fs::canonical(dir.path());
  fs::path home = base / "home";
  fs::path out = home / "project/out";

  Home() {
    codex::testing::write_file(out / "profile", "x");
    codex::testing::write_file(base / "other/profile", "x");
    fs::create_directories(out / "folder");
  }

  [[nodiscard]] bool is_written(std::vector<std::string> startup = {}) const {
    AgentReach reach(
        {.home = home.string(), .path = "/usr/bin", .temp = {}, .startup = std::move(startup)},
        true);
    reach.note_patch(Peek(Json::array({added((out / "profile").string())}).dump()));
    return reach.can_write_startup_files("t", false);
  }
};

}  // namespace

TEST_CASE("what a login shell reads by way of a link is written with what the link leads to") {
  const Home at;
  CHECK_FALSE(at.is_written());
  const auto written_by = [&](const fs::path& link, const fs::path& target) {
    fs::create_directories(link.parent_path());
    fs::create_symlink(target, link);
    const bool is_written = at.is_written();
    fs::remove(link);
    return is_written;
  };
  for (const char* name : {".bash_profile", ".profile", ".zshenv", ".anything"}) {
    CAPTURE(name);
    CHECK(written_by(at.home / name, at.out / "profile"));
    CHECK(written_by(at.home / name, "project/out/profile"));
    CHECK(written_by(at.home / name, at.out / "not there yet"));
    CHECK_FALSE(written_by(at.home / name, at.base / "other/profile"));
    CHECK_FALSE(written_by(at.home / name, "/proc/self/x"));
    CHECK_FALSE(written_by(at.home / name, name));  // in a circle
  }
  CHECK(written_by(at.home / ".config", at.out / "folder"));
  CHECK(written_by(at.home / ".config", at.home / "project"));
  CHECK_FALSE(written_by(at.home / "visible", at.out / "profile"));
  fs::create_symlink(at.base / "other/profile", at.out / "link");
  CHECK(written_by(at.home / ".bash_profile", at.out / "link"));
  CHECK(written_by(at.home / "bin", at.out));
  CHECK(written_by(at.home / ".local/bin", at.out));
}

TEST_CASE("what a shell's variables name is read by it, too") {
  const Home at;
  const fs::path shell = at.base / "shell";
  fs::create_directories(shell);
  CHECK_FALSE(at.is_written({(at.base / "other/profile").string()}));
  CHECK_FALSE(at.is_written({shell.string()}));
  CHECK(at.is_written({(at.out / "profile").string()}));
  CHECK(at.is_written({(at.out / "folder").string()}));
  CHECK(at.is_written({"profile"}));
  fs::create_symlink(at.out / "profile", shell / ".zshenv");
  CHECK(at.is_written({shell.string()}));
}

TEST_CASE("a home folder with more entries than are looked at counts as written") {
  const Home at;
  std::size_t entries = 1;  // the project
  for (; entries < AgentReach::max_home_entries; ++entries) {
    codex::testing::write_file(at.home / std::to_string(entries), "");
  }
  CHECK_FALSE(at.is_written());
  codex::testing::write_file(at.home / "one more", "");
  CHECK(at.is_written());
}
