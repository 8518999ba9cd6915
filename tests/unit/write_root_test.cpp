#include "approvals/write_root.hpp"

#include <filesystem>
#include <stdexcept>

#include <doctest/doctest.h>

#include "support/files.hpp"
#include "testing/temp_dir.hpp"

using codex::detail::WriteRoot;
using codex::testing::write_file;
namespace fs = std::filesystem;

namespace {

/// A folder `out` to write in, and beside it what must not be written.
struct Places {
  codex::testing::detail::TempDir dir{"codex-write-root-"};
  fs::path base = fs::canonical(dir.path());
  fs::path out = base / "out";
  fs::path secret = base / "secret";

  Places() {
    write_file(out / "file", "old");
    write_file(out / "sub" / "file", "old");
    write_file(secret / "file", "old");
    write_file(base / "outside" / "file", "old");
  }

  [[nodiscard]] bool holds(const fs::path& path) const {
    return WriteRoot(out).holds(path.string());
  }
};

}  // namespace

TEST_CASE("files in the folder and below it are held, new and old") {
  const Places at;
  CHECK(at.holds(at.out / "file"));
  CHECK(at.holds(at.out / "sub/file"));
  CHECK(at.holds(at.out / "new"));
  CHECK(at.holds(at.out / "new/er/file"));
  CHECK(at.holds(at.out / "./sub/./new"));
  CHECK(at.holds(at.out / "..hidden"));
  CHECK(at.holds(at.out / "Ünï cödé"));
}

TEST_CASE("what lies beside the folder, or is the folder, is not held") {
  const Places at;
  CHECK_FALSE(at.holds(at.out));
  CHECK_FALSE(at.holds(at.out / ""));
  CHECK_FALSE(at.holds(at.out / "sub"));
  CHECK_FALSE(at.holds(at.base));
  CHECK_FALSE(at.holds(at.base / "outside/file"));
  CHECK_FALSE(at.holds(at.base / "out2"));
  CHECK_FALSE(at.holds(at.secret / "file"));
  CHECK_FALSE(at.holds("/etc/passwd"));
  CHECK_FALSE(at.holds("/"));
}

TEST_CASE("paths that need a reader's help are not held") {
  const Places at;
  const std::string out = at.out.string();
  const WriteRoot root(at.out);
  for (const std::string& path :
       {std::string(), std::string("file"), std::string("out/file"), std::string("./out/file"),
        std::string("~/file"), out.substr(1) + "/file", "file://" + out + "/file",
        out + "/../secret/file", out + "/../out/file", out + "/sub/../file", out + "/new/../x",
        out + "/..",

        out + std::string("/x\0y", 4), out + "/\xef\xbf\xbd", " " + out + "/file",
        out + "/file/below", out + "/file/", "\xe2\x88\x95" + out.substr(1) + "/x",
        out + "/" + std::string(5000, 'a')}) {
    CAPTURE(path);
    CHECK_FALSE(root.holds(path));
  }
  std::string upper = out;
  for (char& c : upper) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  CHECK_FALSE(root.holds(upper + "/file"));
}

TEST_CASE(
    "a link that lies elsewhere is not held, though it leads here: it would be deleted there") {
  const Places at;
  fs::create_symlink(at.out / "file", at.base / "link");
  CHECK_FALSE(at.holds(at.base / "link"));
  fs::create_symlink(at.out / "file", at.out / "link");
  CHECK(at.holds(at.out / "link"));
}

TEST_CASE("links are followed to where the write goes") {
  const Places at;
  fs::create_symlink(at.out / "sub", at.out / "inner");
  fs::create_symlink("sub/file", at.out / "relative");
  CHECK(at.holds(at.out / "inner/file"));
  CHECK(at.holds(at.out / "inner/new"));
  CHECK(at.holds(at.out / "relative"));

  fs::create_symlink(at.secret, at.out / "folder");
  fs::create_symlink("../secret", at.out / "up");
  fs::create_symlink(at.secret / "file", at.out / "link");
  fs::create_symlink(at.out / "folder", at.out / "twice");
  fs::create_symlink(at.base / "out/../secret", at.out / "dots");
  fs::create_symlink("inner/../../secret", at.out / "sly");
  for (const char* name : {"folder/file", "folder/new", "up/file", "up/new/er", "link",
                           "twice/file", "dots/file", "sly/file", "folder", "up"}) {
    CAPTURE(name);
    CHECK_FALSE(at.holds(at.out / name));
  }
}

TEST_CASE("a link to what does not exist yet leads there all the same") {
  const Places at;
  fs::create_symlink(at.secret / "to-come", at.out / "dangling");
  fs::create_symlink("../secret/to-come", at.out / "relative");
  fs::create_symlink(at.base / "nowhere", at.out / "folder");
  fs::create_symlink("missing/../../secret", at.out / "through");
  CHECK_FALSE(at.holds(at.out / "dangling"));
  CHECK_FALSE(at.holds(at.out / "relative"));
  CHECK_FALSE(at.holds(at.out / "folder/file"));
  CHECK_FALSE(at.holds(at.out / "through/file"));

  fs::create_symlink(at.out / "to-come", at.out / "inner");
  CHECK(at.holds(at.out / "inner"));
}

TEST_CASE("links in a circle, and what /proc makes of a path, lead nowhere") {
  const Places at;
  fs::create_symlink("b", at.out / "a");
  fs::create_symlink("a", at.out / "b");
  CHECK_FALSE(at.holds(at.out / "a"));
  CHECK_FALSE(at.holds(at.out / "a/file"));
  CHECK_FALSE(at.holds("/proc/self/root" + (at.out / "file").string()));
  fs::create_symlink("/proc/self/root" + at.out.string(), at.out / "proc");
  CHECK_FALSE(at.holds(at.out / "proc/file"));
}

TEST_CASE("a file with a second name elsewhere is not held") {
  const Places at;
  fs::create_hard_link(at.secret / "file", at.out / "hard");
  CHECK_FALSE(at.holds(at.out / "hard"));
}

TEST_CASE("a folder that is a link is what it led to when it was named") {
  const Places at;
  const fs::path link = at.base / "link";
  fs::create_directory_symlink(at.out, link);
  const WriteRoot root(link);
  CHECK(root.holds((link / "file").string()));
  CHECK(root.holds((at.out / "file").string()));

  fs::remove(link);
  fs::create_directory_symlink(at.secret, link);
  CHECK_FALSE(root.holds((link / "file").string()));
  CHECK_FALSE(root.holds((at.secret / "file").string()));
  CHECK(root.holds((at.out / "file").string()));
}

TEST_CASE("a folder that is replaced by a link holds nothing behind it") {
  const Places at;
  const WriteRoot root(at.out);
  const WriteRoot not_there_yet(at.base / "later");
  fs::rename(at.out, at.base / "moved");
  fs::create_directory_symlink(at.secret, at.out);
  fs::create_directory_symlink(at.secret, at.base / "later");
  CHECK_FALSE(root.holds((at.out / "file").string()));
  CHECK_FALSE(not_there_yet.holds((at.base / "later/file").string()));
}

TEST_CASE("a folder that is not there yet holds what will be in it") {
  const Places at;
  const WriteRoot root(at.base / "later/on");
  CHECK(root.holds((at.base / "later/on/file").string()));
  CHECK_FALSE(root.holds((at.base / "later/file").string()));
}

TEST_CASE("a folder may be written in any way, and is refused when it is none") {
  const Places at;
  CHECK(WriteRoot(at.base / "secret/../out/").holds((at.out / "file").string()));
  CHECK(WriteRoot(fs::relative(at.out)).holds((at.out / "file").string()));
  CHECK(WriteRoot("/").holds((at.out / "file").string()));
  CHECK_THROWS_AS(WriteRoot(""), std::invalid_argument);
  CHECK_THROWS_AS(WriteRoot(at.out / "file"), std::invalid_argument);
  CHECK_THROWS_AS(WriteRoot(at.out / "file/below"), std::invalid_argument);
  CHECK_THROWS_AS(WriteRoot(at.base / "new/../out"), std::invalid_argument);
  CHECK_THROWS_AS(WriteRoot(at.out.string() + std::string("\0x", 2)), std::invalid_argument);
}
