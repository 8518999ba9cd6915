// Paths in texts are UTF-8, whatever the code page of this process is; what is not valid throws
// nothing of the standard library's.

#include "os/utf8_path.hpp"

#include <string>

#include <doctest/doctest.h>

#include <codex/errors.hpp>

#include "handlers/permission_limit.hpp"
#include "session/bearer_token.hpp"
#include "session/input_check.hpp"
#include "support/files.hpp"
#include "support/messages.hpp"
#include "testing/temp_dir.hpp"
#include "wire/log_file.hpp"

namespace codex::detail {
namespace {

namespace fs = std::filesystem;
using testing::contains;
using testing::message_of;

const std::string odd_name = "gr\xc3\xbc\xc3\x9f \xe6\x97\xa5 \xf0\x9f\x98\x80";

struct OddFolder {
  testing::detail::TempDir dir{"codex-test-"};
  fs::path inner = dir.path() / path_from_utf8(odd_name);
  std::string path = utf8_from_path(inner);

  OddFolder() { fs::create_directory(inner); }
};

}  // namespace

TEST_CASE("a path is what its text says") {
  CHECK(path_from_utf8(odd_name).native() == L"gr\u00fc\u00df \u65e5 \U0001f600");
  CHECK(utf8_from_path(path_from_utf8(odd_name)) == odd_name);
  CHECK(utf8_from_path(path_from_utf8("C:/a\\b")) == "C:/a\\b");
}

TEST_CASE("what is no text throws nothing, and names no file") {
  CHECK(path_from_utf8("\xff").native() == L"\ufffd");
  CHECK(contains(utf8_from_path(fs::path(std::wstring(1, static_cast<wchar_t>(0xd800)))),
                 "\xef\xbf\xbd"));
  CHECK(contains(message_of<CodexError>([] { LogFile("C:\\no\\such\\\xff\xfe"); }),
                 "Cannot write the wire log"));
}

TEST_CASE_FIXTURE(OddFolder, "files of any name are found") {
  const InputCheck check(CodexConfig{});
  CHECK_NOTHROW(check.cwd(path));
  CHECK(contains(message_of<CodexError>([&] { check.cwd(path + "\xff"); }), "not valid UTF-8"));
  testing::write_file(inner / "token", "secret\r\n");
  CHECK(bearer_token({.bearer_token_file = path + "\\token"}) == "secret");
}

TEST_CASE_FIXTURE(OddFolder, "what is granted within a folder was asked for") {
  const protocol::RequestPermissionProfile asked{
      .file_system = protocol::AdditionalFileSystemPermissions{.write = {{path}}}};
  protocol::GrantedPermissionProfile granted{
      .file_system = protocol::AdditionalFileSystemPermissions{.write = {{path + "\\inner"}}}};
  CHECK_FALSE(limit_to(asked, granted));
  granted.file_system->write = {{path + "\\..", path + "side"}};
  CHECK(limit_to(asked, granted));
  CHECK(granted.file_system->write->empty());
}

}  // namespace codex::detail
