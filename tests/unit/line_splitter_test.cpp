#include "wire/line_splitter.hpp"

#include <doctest/doctest.h>

namespace codex::detail {
namespace {

using Lines = std::vector<std::string>;

Lines split(LineSplitter& splitter, std::string_view bytes) {
  Lines lines;
  CHECK(splitter.feed(bytes, lines));
  return lines;
}

}  // namespace

TEST_CASE("lines come out whole however the bytes are cut") {
  const std::string text = "first\nsecond, longer\n\nthird\n";
  for (std::size_t step = 1; step <= text.size(); ++step) {
    LineSplitter splitter(100);
    Lines lines;
    for (std::size_t at = 0; at < text.size(); at += step) {
      CHECK(splitter.feed(std::string_view(text).substr(at, step), lines));
    }
    CHECK(lines == Lines{"first", "second, longer", "third"});
    CHECK(splitter.partial().empty());
  }
}

TEST_CASE("carriage returns and blank lines are no content") {
  LineSplitter splitter(100);
  CHECK(split(splitter, "a\r\n\r\n \t\n  b \nc\rd\n") == Lines{"a", "  b ", "c\rd"});
}

TEST_CASE("a line waits for its end") {
  LineSplitter splitter(100);
  CHECK(split(splitter, "{\"half\":").empty());
  CHECK(splitter.partial() == "{\"half\":");
  CHECK(split(splitter, "1}\nnext") == Lines{"{\"half\":1}"});
  CHECK(splitter.partial() == "next");
}

TEST_CASE("a line beyond the limit ends it, complete or not") {
  Lines lines;
  SUBCASE("in one piece") {
    LineSplitter splitter(4);
    CHECK_FALSE(splitter.feed("ok\n12345\n", lines));
    CHECK(lines == Lines{"ok"});
  }
  SUBCASE("in pieces, without an end in sight") {
    LineSplitter splitter(4);
    CHECK(splitter.feed("123", lines));
    CHECK_FALSE(splitter.feed("45", lines));
  }
  SUBCASE("the limit itself is fine") {
    LineSplitter splitter(4);
    CHECK(splitter.feed("12", lines));
    CHECK(splitter.feed("34\n", lines));
    CHECK(lines == Lines{"1234"});
  }
}

}  // namespace codex::detail
