#include "runtime/codex_home.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <codex/errors.hpp>

#include "runtime/taken_login.hpp"
#include "support/files.hpp"
#include "support/in_child.hpp"
#include "support/messages.hpp"
#include "support/variable.hpp"
#include "testing/temp_dir.hpp"

namespace codex::detail {
namespace {

namespace fs = std::filesystem;
using testing::contains;
using testing::message_of;
using testing::Variable;

unsigned mode_of(const fs::path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

class Umask {
 public:
  explicit Umask(mode_t mask) : before_(::umask(mask)) {}
  ~Umask() { ::umask(before_); }
  Umask(const Umask&) = delete;
  Umask& operator=(const Umask&) = delete;

 private:
  mode_t before_;
};

struct HomeFixture {
  testing::detail::TempDir folder{"codex-test-"};
  Variable none{"CODEX_HOME", std::nullopt};

  [[nodiscard]] fs::path at(const char* name) const { return folder.path() / name; }

  static void make(const std::string& name, const std::optional<std::string>& cwd = {}) {
    make_codex_home({.set = {{"CODEX_HOME", name}}}, cwd);
  }

  static std::string refusal(const std::string& name) {
    return message_of<CodexError>([&] { make(name); });
  }
};

}  // namespace

TEST_CASE_FIXTURE(HomeFixture, "a CODEX_HOME that is missing is made, for this user alone") {
  for (const mode_t mask : {0000, 0022, 0277}) {
    const std::string name = "umask" + std::to_string(mask);
    const fs::path above = at((name + "/above").c_str());
    {
      const Umask umask(022);
      fs::create_directories(above);
    }
    const Umask umask(mask);
    make((above / "home").string());
    CHECK(mode_of(above / "home") == 0700);
  }
  const Umask umask(022);
  make((at("new") / "deep" / "home/").string());
  CHECK(mode_of(at("new") / "deep" / "home") == 0700);
  CHECK(mode_of(at("new") / "deep") == 0755);  // as mkdir -p
}

TEST_CASE_FIXTURE(HomeFixture, "a CODEX_HOME that is there stays as it is") {
  fs::create_directory(at("there"));
  REQUIRE(::chmod(at("there").c_str(), 0755) == 0);
  make(at("there").string());
  CHECK(mode_of(at("there")) == 0755);
  fs::create_directory_symlink(at("there"), at("link"));
  make(at("link").string());
  CHECK(fs::is_symlink(at("link")));
}

TEST_CASE_FIXTURE(HomeFixture, "without CODEX_HOME nothing is made") {
  make("");
  make_codex_home({}, {});
  const Variable inherited("CODEX_HOME", at("inherited").string());
  make_codex_home({.unset = {"CODEX_HOME"}}, {});
  CHECK_FALSE(fs::exists(at("inherited")));
  make_codex_home({}, {});
  CHECK(mode_of(at("inherited")) == 0700);
}

TEST_CASE_FIXTURE(HomeFixture, "a relative CODEX_HOME begins where the runtime runs") {
  fs::create_directory(at("work"));
  make("home", at("work").string());
  CHECK(fs::is_directory(at("work") / "home"));
  make("home", at("missing").string());
  CHECK_FALSE(fs::exists(at("missing")));
}

TEST_CASE_FIXTURE(HomeFixture,
                  "a CODEX_HOME that cannot be made is one line that says what to do") {
  testing::write_file(at("file"), "x");
  fs::create_symlink(at("nowhere"), at("dangling"));
  fs::create_symlink(at("circle"), at("circle"));
  const std::string not_utf8 = at("x\xff").string();
  struct Bad {
    fs::path home;
    std::string problem;
    std::string remedy;
  };
  for (const auto& [home, problem, remedy] :
       {Bad{at("file"), "is no folder", "Remove the file"},
        Bad{at("file") / "home", "is no folder", "Remove the file"},
        Bad{at("dangling"), "is a link to nowhere", "Remove the link"},
        Bad{at("circle"), "", "Remove the link"},
        Bad{"/proc/codex-home", "cannot be made", "mkdir -p"},
        Bad{at(std::string(300, 'x').c_str()), "cannot be made", "mkdir -p"},
        Bad{not_utf8, "UTF-8", "Rename it"}}) {
    const std::string what = refusal(home.string());
    CAPTURE(what);
    CHECK(contains(what, "CODEX_HOME \"" + folder.path().string().substr(0, 1)));
    CHECK(contains(what, problem));
    CHECK(contains(what, remedy));
    CHECK(contains(what, "CodexConfig::env"));
    CHECK_FALSE(contains(what, "\n"));
  }
  CHECK_FALSE(fs::exists(not_utf8));
}

TEST_CASE_FIXTURE(HomeFixture, "a CODEX_HOME that this user may not make or enter is refused") {
  fs::create_directory(at("locked"));
  fs::create_directory(at("theirs"));
  REQUIRE(::chmod(at("theirs").c_str(), ::geteuid() == 0 ? 0700 : 0) == 0);
  REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
  REQUIRE(::chmod(at("locked").c_str(), 0555) == 0);
  const int code = testing::in_child([&] {
    if (::geteuid() == 0 && ::setuid(65534) != 0) return 2;  // root may do everything
    for (const fs::path& home : {at("locked") / "home", at("theirs"), at("theirs") / "home"}) {
      if (!contains(refusal(home.string()), "entered: Permission denied")) return 1;
    }
    return testing::all_well;
  });
  CHECK(code == testing::all_well);
}

namespace {

struct LoginFixture : HomeFixture {
  LoginFixture() {
    fs::create_directory(at("user"));
    fs::create_directory(at("app"));
  }
  void write(const char* folder, const std::string& text) const {
    std::ofstream(at(folder) / "auth.json") << text;
  }
  [[nodiscard]] std::string text() const {
    std::ifstream in(at("app") / "auth.json");
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void take() const { take_login(at("app").string()); }

  Variable user{"CODEX_HOME", at("user").string()};
};

}  // namespace

TEST_CASE_FIXTURE(LoginFixture,
                  "the user's login is copied for this user alone, and nothing else is") {
  const Umask everyone(0);
  write("user", "{\"key\":1}");
  std::ofstream(at("user") / "config.toml") << "x";
  take();
  CHECK(text() == "{\"key\":1}");
  CHECK(mode_of(at("app") / "auth.json") == 0600);
  CHECK(std::distance(fs::directory_iterator(at("app")), fs::directory_iterator()) == 1);
}

TEST_CASE_FIXTURE(LoginFixture, "the user's login is that of ~/.codex where no CODEX_HOME is set") {
  const Variable no_name("CODEX_HOME", std::nullopt);
  const Variable home("HOME", at("user").string());
  fs::create_directory(at("user") / ".codex");
  std::ofstream(at("user") / ".codex" / "auth.json") << "mine";
  take();
  CHECK(text() == "mine");
}

TEST_CASE_FIXTURE(LoginFixture,
                  "a login of the app's own stays, and without the user's there is none") {
  take();
  CHECK_FALSE(fs::exists(at("app") / "auth.json"));
  write("app", "own");
  write("user", "other");
  take();
  CHECK(text() == "own");
}

TEST_CASE_FIXTURE(LoginFixture, "a login that cannot be copied is an error, without its text") {
  write("user", std::string((1 << 20) + 1, 'k'));
  const std::string what = message_of<CodexError>([&] { take(); });
  CHECK(contains(what, "CodexConfig::take_login cannot copy"));
  CHECK_FALSE(contains(what, "kkk"));
  CHECK(fs::is_empty(at("app")));
}

}  // namespace codex::detail
