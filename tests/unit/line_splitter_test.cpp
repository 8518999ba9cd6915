#include "wire/line_splitter.hpp"

#include <doctest/doctest.h>

#include "wire/envelope.hpp"

namespace codex::detail {
namespace {

using Lines = std::vector<std::string>;

Lines texts_of(const std::vector<Line>& lines) {
  Lines texts;
  for (const Line& line : lines) texts.push_back(line.text);
  return texts;
}

Lines split(LineSplitter& splitter, std::string_view bytes) {
  std::vector<Line> lines;
  CHECK(splitter.feed(bytes, lines));
  return texts_of(lines);
}

}  // namespace

TEST_CASE("lines come out whole however the bytes are cut") {
  const std::string text = "first\nsecond, longer\n\nthird\n";
  for (std::size_t step = 1; step <= text.size(); ++step) {
    LineSplitter splitter(100);
    std::vector<Line> lines;
    for (std::size_t at = 0; at < text.size(); at += step) {
      CHECK(splitter.feed(std::string_view(text).substr(at, step), lines));
    }
    CHECK(texts_of(lines) == Lines{"first", "second, longer", "third"});
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

TEST_CASE("a line's text has room for the scanner, and is not much larger than the line") {
  for (const std::size_t step : {std::size_t{1'000}, std::size_t{65'536}, std::size_t{1} << 20}) {
    LineSplitter splitter(std::size_t{1} << 20);
    const std::string stream =
        "{}\n" + std::string(150'000, 'x') + "\n" + std::string(500, 'y') + "\n";
    std::vector<Line> lines;
    for (std::size_t at = 0; at < stream.size(); at += step) {
      CHECK(splitter.feed(std::string_view(stream).substr(at, step), lines));
    }
    REQUIRE(lines.size() == 3);
    for (Line& line : lines) {
      const std::size_t wanted = line.text.size() + line_padding;
      CHECK(line.text.capacity() >= wanted);
      CHECK(line.text.capacity() <= wanted + wanted / 4);
      const char* const place = line.text.data();
      const std::size_t capacity = line.text.capacity();
      const auto message = EnvelopeScanner().scan(std::move(line.text));
      CHECK(message->text.data() == place);
      CHECK(message->text.capacity() == capacity);
    }
  }
}

TEST_CASE("a byte order mark in front of a line is no content") {
  LineSplitter splitter(100);
  CHECK(split(splitter, "\xef\xbb\xbf{}\r\n\xef\xbb\xbf\n{\"a\":\"\xef\xbb\xbf\"}\n") ==
        Lines{"{}", "{\"a\":\"\xef\xbb\xbf\"}"});
}

TEST_CASE("a line beyond the limit that is no object ends it, complete or not") {
  std::vector<Line> lines;
  SUBCASE("in one piece") {
    LineSplitter splitter(4);
    CHECK_FALSE(splitter.feed("ok\n12345\n", lines));
    CHECK(texts_of(lines) == Lines{"ok"});
    CHECK(splitter.partial() == "1234");
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
    CHECK(texts_of(lines) == Lines{"1234"});
  }
}

TEST_CASE("an object beyond the limit is abridged, and the lines after it are whole") {
  const std::string text = R"({"id":1,"result":[")" + std::string(100'000, 'x') + R"("]})";
  const std::string stream = "{}\n \t" + text + "\r\n{\"b\":2}\n";
  for (const std::size_t step : {std::size_t{1}, std::size_t{1000}, stream.size()}) {
    LineSplitter splitter(20);
    std::vector<Line> lines;
    for (std::size_t at = 0; at < stream.size(); at += step) {
      CHECK(splitter.feed(std::string_view(stream).substr(at, step), lines));
      CHECK(splitter.partial().size() < 100);
    }
    CHECK(lines ==
          std::vector<Line>{{"{}"}, {R"({"id":1,"result":[]})", text.size() + 3}, {"{\"b\":2}"}});
    CHECK(splitter.partial().empty());
  }
}

}  // namespace codex::detail
