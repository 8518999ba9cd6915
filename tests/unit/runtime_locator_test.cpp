#include "runtime/runtime_locator.hpp"

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <codex/errors.hpp>

#include "runtime/trusted_folder_posix.hpp"
#include "support/files.hpp"
#include "support/in_child.hpp"
#include "support/messages.hpp"
#include "support/variable.hpp"
#include "testing/temp_dir.hpp"

namespace codex::detail {
namespace {

using testing::contains;
using testing::Variable;
using testing::write_file;

const PinnedRuntime pinned{.version = "1.2.3", .platform = "linux-x64"};

/// A folder with an installed runtime.
struct InstalledFixture {
  testing::detail::TempDir cache{"codex-test-"};
  Variable chosen{"CODEX_SDK_RUNTIME_DIR", cache.path().string()};
  Variable path{"PATH", "/usr/bin:/bin"};
  std::filesystem::path folder = cache.path() / "1.2.3-linux-x64";
  std::string binary = (folder / "bin" / "codex").string();

  InstalledFixture() {
    write_file(folder / "codex-package.json", "{}");
    write_file(binary, "#!/bin/sh\n");
    write_file(folder / "codex-path" / "rg", "#!/bin/sh\n");
    close_to_others();
  }

  /// Whatever the umask of these tests is.
  void close_to_others() const {
    using std::filesystem::perms;
    const auto close = [](const std::filesystem::path& path) {
      std::filesystem::permissions(path, perms::group_write | perms::others_write,
                                   std::filesystem::perm_options::remove);
    };
    close(cache.path());
    for (const auto& entry : std::filesystem::recursive_directory_iterator(cache.path())) {
      if (!entry.is_symlink()) close(entry.path());
    }
  }

  static std::string problem(const CodexConfig& config = {}) {
    return testing::message_of<RuntimeNotFoundError>([&] { (void)locate_runtime(config, pinned); });
  }

  static std::string problem_or_none() {
    try {
      (void)locate_runtime({}, pinned);
      return "";
    } catch (const RuntimeNotFoundError& error) {
      return error.what();
    }
  }
};

using Arguments = std::vector<std::string>;

}  // namespace

TEST_CASE_FIXTURE(InstalledFixture, "the pinned runtime, with its tools first in PATH") {
  const LaunchCommand command = locate_runtime({}, pinned);
  CHECK(command.argv == Arguments{binary, "app-server", "--listen", "stdio://"});
  CHECK(command.env.at("PATH") == (folder / "codex-path").string() + ":/usr/bin:/bin");
}

TEST_CASE_FIXTURE(InstalledFixture, "settings come before the subcommand, in order") {
  CodexConfig config;
  config.config_overrides = {"model=\"x\"", "a.b=1"};
  CHECK(locate_runtime(config, pinned).argv == Arguments{binary, "--config", "model=\"x\"",
                                                         "--config", "a.b=1", "app-server",
                                                         "--listen", "stdio://"});
}

TEST_CASE_FIXTURE(InstalledFixture, "a setting that looks like a secret is refused") {
  CodexConfig config;
  for (const char* setting :
       {"model_providers.x.experimental_bearer_token=\"hunter2\"", "a.password='hunter2'",
        "a.env={ \"API_KEY\" = \"hunter2\" }", "a.url=\"https://me:hunter2@host\""}) {
    config.config_overrides = {"a=1", setting};
    const std::string problem =
        testing::message_of<CodexError>([&] { (void)locate_runtime(config, pinned); });
    CHECK(contains(problem, "config_overrides[1] looks like a secret"));
    CHECK_FALSE(contains(problem, "hunter2"));
  }
  for (const char* setting :
       {"model_providers.x.env_key=\"MY_API_KEY\"", "mcp_servers.x.env_vars=[\"API_KEY\"]",
        "mcp_servers.x.bearer_token_env_var=\"GITHUB_TOKEN\"",
        "model_auto_compact_token_limit=1000",
        "mcp_servers.x.env_http_headers={ Authorization = \"MY_AUTH\" }",
        "tool_output_token_limit=5", "model_providers.x.base_url=\"http://127.0.0.1:80/v1\""}) {
    config.config_overrides = {setting};
    CHECK_NOTHROW((void)locate_runtime(config, pinned));
  }
}

TEST_CASE_FIXTURE(InstalledFixture,
                  "a PATH of the caller's own is kept behind, without doubles and gaps") {
  const std::string tools = (folder / "codex-path").string();
  CodexConfig config;
  config.env = {{"PATH", ":/mine:" + tools + "::/bin:"}, {"X", "y"}};
  const LaunchCommand command = locate_runtime(config, pinned);
  CHECK(command.env.at("PATH") == tools + ":/mine:/bin");
  CHECK(command.env.at("X") == "y");
}

TEST_CASE_FIXTURE(InstalledFixture, "without PATH the runtime finds the programs of the system") {
  const std::string tools = (folder / "codex-path").string();
  const auto path_of = [](const CodexConfig& config) {
    return locate_runtime(config, pinned).env.at("PATH");
  };
  CodexConfig config;
  config.unset_env = {"PATH"};
  const std::string found = path_of(config);
  CHECK(found.starts_with(tools + ":"));
  CHECK(contains(found, "/bin"));
  const Variable none("PATH", std::nullopt);
  CHECK(path_of({}) == found);
  config = {.env = {{"PATH", ""}}};  // said so
  CHECK(path_of(config) == tools);
}

TEST_CASE_FIXTURE(InstalledFixture, "a binary of the caller's own wins, as it is") {
  const auto own = write_file(cache.path() / "own", "#!/bin/sh\n");
  CodexConfig config;
  config.codex_bin = own.string();
  const LaunchCommand command = locate_runtime(config, pinned);
  CHECK(command.argv.front() == own.string());
  CHECK_FALSE(command.env.contains("PATH"));
}

TEST_CASE_FIXTURE(InstalledFixture,
                  "a binary that does not exist is an error, not a reason to look elsewhere") {
  CodexConfig config;
  for (const std::string& bin : {(cache.path() / "missing").string(), cache.path().string(),
                                 std::string("sh"), std::string()}) {
    config.codex_bin = bin;
    CHECK(contains(problem(config), "Codex binary not found at " + bin));
    CHECK(contains(problem(config), "CodexConfig.codex_bin"));
  }
  REQUIRE(::mkfifo((cache.path() / "pipe").c_str(), 0700) == 0);
  for (const auto& bin : {cache.path() / "pipe", cache.path()}) {
    config.codex_bin = bin.string();
    CHECK(contains(problem(config), "which is no file"));
  }
}

TEST_CASE_FIXTURE(InstalledFixture, "a whole command line is taken as it is") {
  CodexConfig config;
  config.launch_args_override = {"ssh", "host", "codex"};
  config.codex_bin = "/nowhere";
  config.config_overrides = {"a=1"};
  config.env = {{"X", "y"}};
  const LaunchCommand command = locate_runtime(config, pinned);
  CHECK(command.argv == Arguments{"ssh", "host", "codex"});
  CHECK(command.env == std::map<std::string, std::string>{{"X", "y"}});
}

TEST_CASE_FIXTURE(InstalledFixture, "each missing piece has a message that names the remedy") {
  std::string what;
  SUBCASE("the folder") {
    std::filesystem::remove_all(folder);
    what = problem();
    CHECK(contains(what, "1.2.3 (linux-x64) is not installed"));
  }
  SUBCASE("the package file") {
    std::filesystem::remove(folder / "codex-package.json");
    what = problem();
    CHECK(contains(what, "codex-package.json is missing"));
  }
  SUBCASE("the binary") {
    std::filesystem::remove(binary);
    what = problem();
    CHECK(contains(what, "bin/codex is missing"));
  }
  CHECK(contains(what, folder.string()));
  CHECK(contains(what, "tools/fetch_runtime"));
}

TEST_CASE_FIXTURE(InstalledFixture, "a runtime that others can write to is not started") {
  namespace fs = std::filesystem;
  for (const fs::path& place :
       {fs::path(binary), folder / "bin", folder, folder / "codex-path",
        folder / "codex-path" / "rg", folder / "codex-package.json", cache.path()}) {
    for (const auto write : {fs::perms::group_write, fs::perms::others_write}) {
      fs::permissions(place, write, fs::perm_options::add);
      const std::string what = problem();
      CHECK(contains(what, place.string() + " can be written by others"));
      CHECK(contains(what, "chmod go-w"));
      CHECK(contains(what, "tools/fetch_runtime"));
      fs::permissions(place, write, fs::perm_options::remove);
    }
  }
  CHECK(locate_runtime({}, pinned).argv.front() == binary);
}

TEST_CASE_FIXTURE(InstalledFixture, "a runtime of another user is not started") {
  const uid_t me = ::geteuid();
  constexpr uid_t nobody = 65534;
  CHECK(why_untrusted(folder, me).empty());
  if (me != 0) {  // then it is us who are another user: only root can give a file away
    CHECK(contains(why_untrusted(folder, me + 1), " belongs to another user"));
    return;
  }
  for (const std::filesystem::path& place :
       {std::filesystem::path(binary), folder / "codex-path" / "rg", folder, cache.path()}) {
    REQUIRE(::chown(place.c_str(), nobody, nobody) == 0);
    CHECK(contains(problem(), place.string() + " belongs to another user (65534)"));
    CHECK(why_untrusted(cache.path() / "1.2.3-linux-x64", nobody).empty());
    REQUIRE(::chown(place.c_str(), 0, 0) == 0);
  }
  CHECK(problem_or_none().empty());
}

TEST_CASE_FIXTURE(InstalledFixture, "others may add to a sticky folder on the way, not within") {
  namespace fs = std::filesystem;
  REQUIRE(::chmod(cache.path().c_str(), 01777) == 0);
  CHECK(problem_or_none().empty());
  REQUIRE(::chmod(folder.c_str(), 01777) == 0);
  CHECK(contains(problem(), folder.string() + " can be written by others (mode 1777)"));
}

TEST_CASE_FIXTURE(InstalledFixture, "links are followed on the way with care, and refused within") {
  namespace fs = std::filesystem;
  const fs::path open = cache.path() / "open";
  fs::create_directory(open);
  close_to_others();
  fs::rename(folder, cache.path() / "real");
  fs::create_directory_symlink(fs::path("open") / ".." / "open" / "link", folder);
  fs::create_directory_symlink(cache.path() / "real", open / "link");
  CHECK(problem_or_none().empty());

  SUBCASE("a folder that others can write to, through which one leads") {
    fs::permissions(open, fs::perms::others_write, fs::perm_options::add);
    CHECK(contains(problem(), open.string() + " can be written by others"));
  }
  SUBCASE("within the runtime") {
    fs::remove(binary);
    fs::create_symlink("/bin/true", binary);
    CHECK(contains(problem(), "/real/bin/codex is a link"));
  }
  SUBCASE("in a circle") {
    fs::remove(folder);
    fs::create_symlink(folder, folder);
    CHECK_FALSE(why_untrusted(folder).empty());
  }
}

TEST_CASE_FIXTURE(InstalledFixture, "a runtime that came with the SDK is taken before the user's") {
  const Variable none("CODEX_SDK_RUNTIME_DIR", std::nullopt);
  const Variable own_cache("XDG_CACHE_HOME", "/cache");
  PinnedRuntime bundled = pinned;
  bundled.installed_in = cache.path().string();
  CHECK(locate_runtime({}, bundled).argv.front() == binary);

  SUBCASE("also when it is broken, which is an error then") {
    std::filesystem::remove(binary);
    CHECK(contains(
        testing::message_of<RuntimeNotFoundError>([&] { (void)locate_runtime({}, bundled); }),
        folder.string()));
  }
  SUBCASE("but not before the one that the environment names") {
    const Variable chosen_folder("CODEX_SDK_RUNTIME_DIR", "/chosen");
    CHECK(runtime_folder(bundled) == "/chosen/1.2.3-linux-x64");
  }
  SUBCASE("and not when it is another version") {
    bundled.version = "1.2.4";
    CHECK(runtime_folder(bundled) == "/cache/codex-sdk/runtime/1.2.4-linux-x64");
  }
}

TEST_CASE("where the runtime is installed") {
  const Variable none("CODEX_SDK_RUNTIME_DIR", std::nullopt);
  const Variable home("HOME", "/home/me");
  {
    const Variable cache("XDG_CACHE_HOME", "/cache");
    CHECK(runtime_folder(pinned) == "/cache/codex-sdk/runtime/1.2.3-linux-x64");
  }
  {
    const Variable relative("XDG_CACHE_HOME", "cache");  // counts for nothing, says its standard
    CHECK(runtime_folder(pinned) == "/home/me/.cache/codex-sdk/runtime/1.2.3-linux-x64");
  }
  const Variable no_cache("XDG_CACHE_HOME", std::nullopt);
  CHECK(runtime_folder(pinned) == "/home/me/.cache/codex-sdk/runtime/1.2.3-linux-x64");
  const Variable chosen("CODEX_SDK_RUNTIME_DIR", "/chosen");
  CHECK(runtime_folder(pinned) == "/chosen/1.2.3-linux-x64");
  const Variable unset("CODEX_SDK_RUNTIME_DIR", std::nullopt);
}

TEST_CASE("without HOME the runtime is below the home in the password entry") {
  const Variable chosen("CODEX_SDK_RUNTIME_DIR", std::nullopt);
  const Variable cache("XDG_CACHE_HOME", std::nullopt);
  const passwd* entry = ::getpwuid(::getuid());
  REQUIRE(entry != nullptr);
  const std::string home = entry->pw_dir;
  for (const auto& value : {std::optional<std::string>(), std::optional<std::string>("")}) {
    const Variable none("HOME", value);
    CHECK(runtime_folder(pinned) == home + "/.cache/codex-sdk/runtime/1.2.3-linux-x64");
  }
}

TEST_CASE("a user without HOME and password entry is told which variable to set") {
  const Variable chosen("CODEX_SDK_RUNTIME_DIR", std::nullopt);
  const Variable cache("XDG_CACHE_HOME", std::nullopt);
  const Variable home("HOME", std::nullopt);
  constexpr uid_t stranger = 54'321;
  if (::getuid() != 0) return;  // only root can become another user
  REQUIRE(::getpwuid(stranger) == nullptr);
  CHECK(testing::in_child([] {
          if (::setuid(stranger) != 0) return 1;
          const std::string what =
              testing::message_of<RuntimeNotFoundError>([] { (void)runtime_folder(pinned); });
          return contains(what, "no home folder") && contains(what, "Set CODEX_SDK_RUNTIME_DIR")
                     ? testing::all_well
                     : 2;
        }) == testing::all_well);
}

TEST_CASE("a folder that depends on the current one is no place for a runtime") {
  const auto problem = [] {
    return testing::message_of<RuntimeNotFoundError>([] { (void)runtime_folder(pinned); });
  };
  const Variable cache("XDG_CACHE_HOME", std::nullopt);
  {
    const Variable chosen("CODEX_SDK_RUNTIME_DIR", "chosen");
    CHECK(contains(problem(), "CODEX_SDK_RUNTIME_DIR"));
  }
  const Variable unset("CODEX_SDK_RUNTIME_DIR", std::nullopt);
  const Variable home("HOME", "home");
  CHECK(contains(problem(), "HOME"));
}

}  // namespace codex::detail
