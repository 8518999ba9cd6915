#include "wire/wire_log.hpp"

#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <codex/protocol/support/errors.hpp>
#include <codex/protocol/support/json.hpp>

#include "mask/base64.hpp"
#include "os/descriptor.hpp"
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

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

::mode_t mode_of(const std::filesystem::path& file) {
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  return status.st_mode & 0777;
}

std::string refusal_of(const std::filesystem::path& path) {
  return testing::message_of<CodexError>([&] { WireLog(path.string()); });
}

/// As on a full disk: nothing can be written to a file. A write raises SIGXFSZ, which kills.
class NoRoomInFiles {
 public:
  NoRoomInFiles() {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit none = before_;
    none.rlim_cur = 0;
    ::setrlimit(RLIMIT_FSIZE, &none);
  }
  ~NoRoomInFiles() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  NoRoomInFiles(const NoRoomInFiles&) = delete;
  NoRoomInFiles& operator=(const NoRoomInFiles&) = delete;

 private:
  rlimit before_{};
};

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
  const testing::detail::TempDir folder("codex-test-");
  const auto file = folder.path() / "wire.jsonl";
  {
    WireLog full(file.string());
    const NoRoomInFiles no_room;
    for (int i = 0; i < 3; ++i) CHECK_NOTHROW(full.message(Direction::send, "{}"));
  }
  CHECK(std::filesystem::file_size(file) == 0);
}

TEST_CASE("a wire log follows no symbolic link") {
  const testing::detail::TempDir folder("codex-test-");
  const auto target = folder.path() / "target";
  const auto link = folder.path() / "link";
  SUBCASE("to a file") { std::ofstream(target) << "precious"; }
  SUBCASE("to nothing") {}
  std::filesystem::create_symlink(target, link);
  const bool was_there = std::filesystem::exists(target);
  CHECK(testing::contains(refusal_of(link), "is a symbolic link; name the file itself"));
  CHECK(std::filesystem::exists(target) == was_there);
  if (was_there) CHECK(text_of(target) == "precious");
}

TEST_CASE("a wire log among folders that are links is as good as another") {
  const testing::detail::TempDir folder("codex-test-");
  std::filesystem::create_directory(folder.path() / "real");
  std::filesystem::create_directory_symlink("real", folder.path() / "link");
  WireLog((folder.path() / "link/wire.jsonl").string()).message(Direction::send, "{}");
  CHECK(entries_of(folder.path() / "real/wire.jsonl").size() == 1);
}

TEST_CASE("a wire log has no second name") {
  const testing::detail::TempDir folder("codex-test-");
  const auto file = folder.path() / "wire.jsonl";
  WireLog(file.string()).message(Direction::send, "{}");
  std::filesystem::create_hard_link(file, folder.path() / "other");
  CHECK(testing::contains(refusal_of(file), "hard link"));
  CHECK(entries_of(file).size() == 1);
}

TEST_CASE("a wire log is a regular file, and what is none is not waited for") {
  const testing::detail::TempDir folder("codex-test-");
  const auto path = folder.path() / "not-a-file";
  SUBCASE("a FIFO that nobody reads") { REQUIRE(::mkfifo(path.c_str(), 0600) == 0); }
  SUBCASE("a FIFO that is read") {
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    const codex::detail::Descriptor reader(::open(path.c_str(), O_RDONLY | O_NONBLOCK));
    CHECK(testing::contains(refusal_of(path), "no regular file"));
  }
  SUBCASE("a folder") {
    std::filesystem::create_directory(path);
    CHECK_FALSE(refusal_of(path).empty());
    return;
  }
  SUBCASE("a device") {
    CHECK(testing::contains(refusal_of("/dev/null"), "no regular file"));
    return;
  }
  CHECK(testing::contains(refusal_of(path), "no regular file"));
}

TEST_CASE("a wire log that others may read or write is refused, and its mode is not changed") {
  const testing::detail::TempDir folder("codex-test-");
  const auto file = folder.path() / "wire.jsonl";
  for (const ::mode_t mode : {0640, 0604, 0620, 0602, 0644, 0666, 0610}) {
    CAPTURE(mode);
    std::ofstream(file) << "";
    REQUIRE(::chmod(file.c_str(), mode) == 0);
    CHECK(testing::contains(refusal_of(file), "chmod 600"));
    CHECK(mode_of(file) == mode);
    CHECK(std::filesystem::file_size(file) == 0);
  }
}

TEST_CASE("a new wire log has mode 0600 under any umask") {
  const testing::detail::TempDir folder("codex-test-");
  for (const ::mode_t mask : {0000, 0022, 0077, 0777}) {
    const auto file = folder.path() / std::to_string(mask);
    const ::mode_t before = ::umask(mask);
    { const WireLog log(file.string()); }
    (void)::umask(before);
    CHECK(mode_of(file) == 0600);
  }
}

TEST_CASE("a wire log of another user is refused, to root as well") {
  if (::geteuid() != 0) return;  // no file of another user can be made
  const testing::detail::TempDir folder("codex-test-");
  const auto file = folder.path() / "wire.jsonl";
  WireLog(file.string()).message(Direction::send, "{}");
  REQUIRE(::chown(file.c_str(), 65534, 65534) == 0);
  CHECK(testing::contains(refusal_of(file), "belongs to another user"));
  CHECK(entries_of(file).size() == 1);
}

TEST_CASE("what is no JSON is logged as garbage, and the log stays readable") {
  const testing::detail::TempDir folder("codex-test-");
  const auto file = folder.path() / "wire.jsonl";
  WireLog(file.string()).message(Direction::recv, R"({"method":"m",oops "apiKey":"hush"})");
  const auto entries = entries_of(file);
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].at("msg").is_null());
  CHECK_FALSE(testing::contains(text_of(file), "hush"));
}

TEST_CASE("texts in base64 are masked as what they stand for, in deltas, too") {
  const testing::detail::TempDir folder("codex-test-");
  const auto file = folder.path() / "wire.jsonl";
  const auto line = [](const std::string& bytes) {
    const Json params{{"deltaBase64", encode_base64(bytes)}, {"processId", "p"}};
    return Json{{"method", "command/exec/outputDelta"}, {"params", params}}.dump();
  };
  {
    WireLog log(file.string());
    for (const char* bytes : {"A_TOKEN=hun", "ter2hunter2 ls\n", "plain \xff\x00"}) {
      log.message(Direction::recv, line(bytes));
    }
    const Json result{{"dataBase64", encode_base64("# .env\nDB_PASSWORD='one two'\nA=1\n")}};
    log.message(Direction::recv, Json{{"id", 1}, {"result", result}}.dump());
  }
  std::string text;
  for (const Json& entry : entries_of(file)) {
    const Json& message = entry.at("msg");
    text += *decode_base64(message.contains("params")
                               ? message["params"]["deltaBase64"].get<std::string>()
                               : message["result"]["dataBase64"].get<std::string>());
  }
  CHECK(text == "A_TOKEN=*** ls\nplain \xff# .env\nDB_PASSWORD='***'\nA=1\n");
}

TEST_CASE("each text has deltas of its own, and as many as the log remembers") {
  const testing::detail::TempDir folder("codex-test-");
  const auto file = folder.path() / "wire.jsonl";
  const auto line = [](const std::string& item, const std::string& delta) {
    const Json params{{"delta", delta}, {"itemId", item}};
    return Json{{"method", "item/agentMessage/delta"}, {"params", params}}.dump();
  };
  {
    WireLog log(file.string());
    log.message(Direction::recv, line("a", "A_TOKEN="));
    log.message(Direction::recv, line("b", "hello"));
    log.message(Direction::recv, line("a", "hunter2 next"));
    for (int item = 0; item < 1000; ++item) {
      log.message(Direction::recv, line(std::to_string(item), "A_TOKEN="));
    }
    log.message(Direction::recv, line("999", "hunter2"));
  }
  const auto entries = entries_of(file);
  CHECK(entries[1]["msg"]["params"]["delta"] == "hello");
  CHECK(entries[2]["msg"]["params"]["delta"] == "*** next");
  CHECK(entries.back()["msg"]["params"]["delta"] == "***");
}

TEST_CASE("a secret without an end closes its text for the rest of its deltas") {
  const testing::detail::TempDir folder("codex-test-");
  const auto file = folder.path() / "wire.jsonl";
  {
    WireLog log(file.string());
    const auto line = [](const std::string& delta) {
      return Json{{"method", "m"}, {"params", {{"delta", delta}}}}.dump();
    };
    log.message(Direction::recv, line("-----BEGIN PRIVATE KEY-----\n"));
    for (int i = 0; i < 5000; ++i) log.message(Direction::recv, line("hunter2AbCd\n"));
  }
  CHECK_FALSE(testing::contains(text_of(file), "hunter2"));
}

}  // namespace codex::detail
