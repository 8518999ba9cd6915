#include "wire/wire_log.hpp"

#include <filesystem>
#include <fstream>
#include <sys/stat.h>

#include <doctest/doctest.h>

#include <codex/protocol/support/errors.hpp>
#include <codex/protocol/support/json.hpp>

#include "support/messages.hpp"
#include "testing/temp_dir.hpp"

namespace codex::detail {
namespace {

std::vector<Json> entries_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::vector<Json> entries;
  for (std::string line; std::getline(in, line);) entries.push_back(Json::parse(line));
  return entries;
}

}  // namespace

TEST_CASE("the wire log has a line for each message, secrets masked, and is private") {
  const testing::detail::TempDir folder("codex-test-");
  const auto file = folder.path() / "wire.jsonl";
  {
    WireLog log(file.string());
    log.message(Direction::send, R"({"id":1,"method":"login","params":{"apiKey":"hush"}})");
    log.message(Direction::recv, R"({"id":1,"result":{}})");
    log.garbage(Direction::recv, "no \"message\"");
  }
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);

  const auto entries = entries_of(file);
  REQUIRE(entries.size() == 3);
  CHECK(entries[0].at("dir") == "send");
  CHECK(entries[0].at("msg").at("params").at("apiKey") == "***");
  CHECK(entries[1].at("dir") == "recv");
  CHECK(entries[1].at("t") >= entries[0].at("t"));
  CHECK(entries[2].at("msg").is_null());
  CHECK(entries[2].at("raw") == "no \"message\"");
  CHECK(entries[2].at("rawlen") == 12);
}

TEST_CASE("an existing wire log is continued") {
  const testing::detail::TempDir folder("codex-test-");
  const auto file = folder.path() / "wire.jsonl";
  for (int run = 0; run < 2; ++run) {
    WireLog(file.string()).message(Direction::send, R"({"method":"m"})");
  }
  CHECK(entries_of(file).size() == 2);
}

TEST_CASE("a wire log that cannot be opened is an error, a full disk is not") {
  CHECK(testing::contains(
      testing::message_of<CodexError>([] { WireLog("/nonexistent/folder/wire.jsonl"); }),
      "/nonexistent/folder/wire.jsonl"));
  if (!std::filesystem::exists("/dev/full")) return;
  WireLog full("/dev/full");
  for (int i = 0; i < 3; ++i) CHECK_NOTHROW(full.message(Direction::send, "{}"));
}

}  // namespace codex::detail
