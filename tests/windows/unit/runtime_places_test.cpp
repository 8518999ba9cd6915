// Where the runtime is looked for on Windows, and who may have put it there.

#include <windows.h>

#include <aclapi.h>
#include <sddl.h>

#include <doctest/doctest.h>

#include <codex/errors.hpp>

#include "os/utf8_path.hpp"
#include "runtime/runtime_locator.hpp"
#include "runtime/trusted_folder.hpp"
#include "support/files.hpp"
#include "support/messages.hpp"
#include "support/variable.hpp"
#include "testing/temp_dir.hpp"

namespace codex::detail {
namespace {

namespace fs = std::filesystem;
using testing::contains;
using testing::Variable;
using testing::write_file;

const PinnedRuntime pinned{.version = "1.2.3", .platform = "win32-x64"};

struct InstalledFixture {
  testing::detail::TempDir base{"codex-test-"};
  fs::path cache = base.path() / u8"K\u00e4sten \u65e5\u672c";
  Variable chosen{"CODEX_SDK_RUNTIME_DIR", utf8_from_path(cache)};
  Variable path{"PATH", "C:\\one;C:\\two"};
  fs::path folder = cache / "1.2.3-win32-x64";
  fs::path binary = folder / "bin" / "codex.exe";
  std::string tools = utf8_from_path(folder / "codex-path");

  InstalledFixture() {
    write_file(folder / "codex-package.json", "{}");
    write_file(binary, "");
    write_file(folder / "codex-path" / "rg.exe", "");
  }

  static std::string problem() {
    return testing::message_of<RuntimeNotFoundError>([] { (void)locate_runtime({}, pinned); });
  }
};

/// Sets the rights to a file or folder, in the language of security descriptors.
void set_rights(const fs::path& place, const wchar_t* rights) {
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  REQUIRE(::ConvertStringSecurityDescriptorToSecurityDescriptorW(rights, SDDL_REVISION_1,
                                                                 &descriptor, nullptr) != 0);
  REQUIRE(::SetFileSecurityW(place.c_str(), DACL_SECURITY_INFORMATION, descriptor) != 0);
  ::LocalFree(descriptor);
}

}  // namespace

TEST_CASE_FIXTURE(InstalledFixture, "the pinned runtime has a name in UTF-8, and its tools first") {
  const LaunchCommand command = locate_runtime({}, pinned);
  CHECK(command.argv.front() == utf8_from_path(binary));
  CHECK(contains(command.argv.front(), "K\u00e4sten \u65e5\u672c"));
  CHECK(command.env.at("PATH") == tools + ";C:\\one;C:\\two");
}

TEST_CASE_FIXTURE(InstalledFixture, "Path and PATH are one variable") {
  const LaunchCommand command = locate_runtime({.env = {{"Path", ";C:\\mine;;D:\\"}}}, pinned);
  CHECK(command.env.size() == 1);
  CHECK(command.env.at("PATH") == tools + ";C:\\mine;D:\\");
}

TEST_CASE_FIXTURE(InstalledFixture, "what is missing is called as it is on Windows") {
  fs::remove(binary);
  CHECK(contains(problem(), "bin\\codex.exe is missing"));
  CHECK(contains(problem(), "codex-fetch-runtime"));
}

TEST_CASE("runtimes are in the user's local data") {
  const Variable chosen("CODEX_SDK_RUNTIME_DIR", std::nullopt);
  {
    const Variable local("LOCALAPPDATA", "D:\\data");
    CHECK(runtime_folder(pinned) == "D:\\data\\codex-sdk\\runtime\\1.2.3-win32-x64");
  }
  for (const auto& useless : {std::optional<std::string>(), std::optional<std::string>("data")}) {
    const Variable local("LOCALAPPDATA", useless);
    CHECK(
        contains(runtime_folder(pinned), "\\AppData\\Local\\codex-sdk\\runtime\\1.2.3-win32-x64"));
  }
  const Variable relative("CODEX_SDK_RUNTIME_DIR", "C:runtimes");
  CHECK(contains(testing::message_of<RuntimeNotFoundError>([] { (void)runtime_folder(pinned); }),
                 "make it absolute"));
}

TEST_CASE_FIXTURE(InstalledFixture, "a runtime that everybody may change is not started") {
  CHECK(why_untrusted(folder).empty());
  for (const fs::path& place : {binary, folder / "codex-path" / "rg.exe", folder}) {
    set_rights(place, L"D:P(A;;FA;;;WD)");
    CHECK(contains(problem(), utf8_from_path(place) + " is open to others (S-1-1-0)"));
    CHECK(contains(problem(), "icacls"));
    set_rights(place, L"D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;OW)(A;;FR;;;WD)");
    if (place == folder) set_rights(place, L"D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;;FA;;;OW)");
  }
}

TEST_CASE_FIXTURE(InstalledFixture, "a folder on the way whose files everybody may replace") {
  set_rights(cache, L"D:P(A;;FA;;;WD)");
  CHECK(contains(problem(), utf8_from_path(cache) + " is open to others"));
}

}  // namespace codex::detail
