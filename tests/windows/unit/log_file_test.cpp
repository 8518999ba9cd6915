// The file of a wire log on Windows.

#include "wire/log_file.hpp"

#include <windows.h>

#include <doctest/doctest.h>

#include <codex/errors.hpp>

#include "os/handle_windows.hpp"
#include "os/others_access_windows.hpp"
#include "os/utf8_path.hpp"
#include "support/files.hpp"
#include "support/messages.hpp"
#include "testing/temp_dir.hpp"

namespace codex::detail {
namespace {

namespace fs = std::filesystem;
using testing::contains;
using testing::content_of;
using testing::write_file;

struct LogFixture {
  testing::detail::TempDir folder{"codex-test-"};
  fs::path path = folder.path() / u8"Protokoll \u65e5\u672c.jsonl";

  static std::string refusal_of(const fs::path& file) {
    return testing::message_of<CodexError>([&] { LogFile(utf8_from_path(file)); });
  }
};

}  // namespace

TEST_CASE_FIXTURE(LogFixture, "a log's name is UTF-8, its lines end as they are written") {
  LogFile(utf8_from_path(path)).append("one\n");
  LogFile(utf8_from_path(path)).append("two\n");
  CHECK(content_of(path) == "one\ntwo\n");
}

TEST_CASE_FIXTURE(LogFixture, "a new log is closed to others, whatever its folder says") {
  LogFile(utf8_from_path(path)).append("one\n");
  const Handle file(::CreateFileW(path.c_str(), READ_CONTROL, FILE_SHARE_READ, nullptr,
                                  OPEN_EXISTING, 0, nullptr));
  REQUIRE(file.is_open());
  CHECK(why_open_to_others(file.get(), FILE_READ_DATA | FILE_WRITE_DATA).empty());
}

TEST_CASE_FIXTURE(LogFixture, "several processes may append to one log") {
  LogFile one(utf8_from_path(path));
  LogFile other(utf8_from_path(path));
  one.append("1\n");
  other.append("2\n");
  one.append("3\n");
  CHECK(content_of(path) == "1\n2\n3\n");
}

TEST_CASE_FIXTURE(LogFixture, "a folder is no log, and neither is a file of two names") {
  CHECK(contains(refusal_of(folder.path()), "no regular file"));
  LogFile(utf8_from_path(path)).append("one\n");
  REQUIRE(::CreateHardLinkW((folder.path() / "other").c_str(), path.c_str(), nullptr) != 0);
  CHECK(contains(refusal_of(path), "hard link"));
  CHECK(content_of(path) == "one\n");
  CHECK(contains(refusal_of(folder.path() / "missing" / "log"), "Cannot write the wire log"));
}

TEST_CASE_FIXTURE(LogFixture, "a file that others may read is refused") {
  write_file(path, "mine\n");
  SECURITY_DESCRIPTOR open_to_all{};
  REQUIRE(::InitializeSecurityDescriptor(&open_to_all, SECURITY_DESCRIPTOR_REVISION) != 0);
  REQUIRE(::SetSecurityDescriptorDacl(&open_to_all, TRUE, nullptr, FALSE) != 0);
  REQUIRE(::SetFileSecurityW(path.c_str(), DACL_SECURITY_INFORMATION, &open_to_all) != 0);
  CHECK(contains(refusal_of(path), "is open to"));
  CHECK(content_of(path) == "mine\n");
}

}  // namespace codex::detail
