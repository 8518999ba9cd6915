#include <atomic>
#include <cstring>
#include <memory>
#include <thread>
#include <vector>

#include "codec_checks.hpp"

namespace codec_types {
namespace {

using codex::protocol::decode;
using codex::protocol::encode;

std::string text_error(std::string_view text) {
  return error_text([&] { (void)decode<Json>(text); });
}

TEST_CASE("codec: strings with every kind of escape") {
  CHECK(decode<std::string>(R"("\"\\\/\b\f\n\r\t")") == "\"\\/\b\f\n\r\t");
  CHECK(decode<std::string>(R"("\u0041\u00fc\u20ac\uD83D\uDE00\uffff")") ==
        "A\u00fc\u20ac\U0001F600\uffff");
  CHECK(decode<std::string>(R"("a\u0000b")") == std::string("a\0b", 3));
  CHECK(
      decode<std::string>(R"("long enough to leave the words behind, and then a quote: \"x\"")") ==
      "long enough to leave the words behind, and then a quote: \"x\"");
  CHECK(decode<std::string>("\"" + std::string(100, 'x') + "\\n\"") ==
        std::string(100, 'x') + "\n");
  CHECK(decode<std::string>("\"\"").empty());
  CHECK(decode<std::string>("\"\x7f\u00fc\"") == "\x7f\u00fc");
}

TEST_CASE("codec: an escape anywhere in a string of any length, and nothing lost around it") {
  constexpr std::size_t longest = 140;  // two stretches of what is read in one go, and some
  for (std::size_t before = 0; before < longest; ++before) {
    for (std::size_t behind = 0; behind < longest; ++behind) {
      const std::string a(before, 'a');
      const std::string b(behind, 'b');
      CHECK(decode<std::string>("\"" + a + "\\n" + b + "\"") == a + "\n" + b);
    }
  }
}

TEST_CASE("codec: escapes at every distance from each other in a long string") {
  std::string text;
  std::string meant;
  for (std::size_t i = 0; i < 2'000; ++i) {
    const std::string plain(i * i % 97 % 40, 'p');
    const bool pair = i % 3 == 0;
    text += plain + (pair ? "\\ud83d\\ude00" : i % 3 == 1 ? "\\\\" : "\\\"");
    meant += plain + (pair ? "\xf0\x9f\x98\x80" : i % 3 == 1 ? "\\" : "\"");
  }
  CHECK(decode<std::string>("\"" + text + "\"") == meant);
  const std::string broken = text + "\\x" + text;
  CHECK(text_error("\"" + broken + "\"") ==
        "not JSON: invalid escape at byte " + std::to_string(text.size() + 1));
}

TEST_CASE("codec: broken escapes") {
  for (const char* escape : {"\\x", "\\u", "\\u12", "\\u12g4", "\\ud800", "\\ud800\\u0041",
                             "\\udc00", "\\ud800x", "\\U0041", "\\'", "\\ud83d\\ude0"}) {
    CAPTURE(escape);
    CHECK(text_error("[\"ab" + std::string(escape) + "\"]") ==
          "not JSON: invalid escape at byte 4");
    CHECK_THROWS_AS((void)decode<Point>("{\"x\":1,\"" + std::string(escape) + "\":1}"),
                    codex::DecodeError);
  }
}

TEST_CASE("codec: strings are written with the escapes they need") {
  CHECK(encode(std::string("\"\\/\b\f\n\r\t\x01\x1f\x7f")) == R"("\"\\/\b\f\n\r\t\u0001\u001f)"
                                                              "\x7f\"");
  CHECK(encode(std::string("a\0b", 3)) == R"("a\u0000b")");
  CHECK(encode(std::string("\u00fc\u20ac\U0001F600")) == "\"\u00fc\u20ac\U0001F600\"");
  // Each place in a word, and each length of what stands before and behind.
  for (std::size_t size = 1; size < 40; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (const char* special : {"\"", "\\", "\x1f", "\n", "\u00fc", "\U0001F600"}) {
        std::string text(size, 'x');
        text.replace(at, 1, special);
        CHECK(encode(text) == Json(text).dump());
        CHECK(decode<std::string>(encode(text)) == text);
      }
    }
  }
}

TEST_CASE("codec: escapes are written at every distance from each other in a long string") {
  for (std::size_t size = 100; size < 400; ++size) {
    std::string text(size, 'x');
    for (std::size_t i = 0, at = 0; at < size; ++i, at += i * i % 97 % 40 + 1) {
      text[at] = "\"\\\n\x1f\r\t\b\f"[(i + size) % 8];
    }
    REQUIRE(encode(text) == Json(text).dump());
  }
  for (const char special : {'"', '\x01'}) {  // as much as a string can grow
    const std::string text(100'000, special);
    CHECK(encode(text) == Json(text).dump());
  }
}

TEST_CASE("codec: what is no UTF-8 is replaced when it is written") {
  const auto replaced = [](std::string text) {
    const std::string wanted =
        Json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    CHECK(encode(text) == wanted);
    codex::protocol::detail::TypeInfo const& type =
        *codex::protocol::detail::type_of<std::string>();
    CHECK(codex::protocol::detail::encode_json(type, &text).dump() == wanted);
    CHECK(encode(std::map<std::string, bool>{{text, true}}) == "{" + wanted + ":true}");
    CHECK(encode(Json(text)) == wanted);
  };
  for (const char* text : {"\xff", "a\xc3", "\xc3(", "\xe2\x82", "\xe2\x82(x", "\xf0\x9f\x98",
                           "\xed\xa0\x80", "\xc0\xaf", "\xe0\x80\x80", "\xf4\x90\x80\x80",
                           "\xf5\x80", "\x80\x80", "ok \xc3\xbc \xff\"\n tail\xf0\x9f\x98\x80"}) {
    CAPTURE(text);
    replaced(text);
    replaced("long enough for more than a word " + std::string(text) + " and some more of it");
  }
}

TEST_CASE("codec: texts that are no JSON") {
  CHECK(text_error("").starts_with("not JSON: "));
  CHECK(text_error("").ends_with("at byte 0"));
  CHECK(text_error("   ").starts_with("not JSON: "));
  CHECK(text_error("{} x") == "not JSON: more text after the value at byte 3");
  CHECK(text_error("1 2") == "not JSON: more text after the value at byte 2");
  CHECK(text_error("[1,2") == "not JSON: unexpected end at byte 4");
  CHECK(text_error("[1,]") == "not JSON: unexpected character at byte 3");
  CHECK(text_error("[,1]") == "not JSON: unexpected character at byte 1");
  CHECK(text_error("[1 2]") == "not JSON: expected a comma or the end at byte 3");
  CHECK(text_error("[1}") == "not JSON: expected a comma or the end at byte 2");
  CHECK(text_error("{\"a\" 1}") == "not JSON: expected a colon at byte 5");
  CHECK(text_error("{1:1}") == "not JSON: expected a member name at byte 1");
  CHECK(text_error("{\"a\":1,}") == "not JSON: expected a member name at byte 7");
  CHECK(text_error("{\"a\":}") == "not JSON: unexpected character at byte 5");
  CHECK(text_error("]") == "not JSON: unexpected character at byte 0");
  CHECK(text_error("'a'") == "not JSON: unexpected character at byte 0");
  CHECK(text_error("\xef\xbb\xbf{}").starts_with("not JSON: "));
  CHECK(text_error("[\"abc]").ends_with("at byte 6"));
  CHECK(text_error("[\"a\xff\"]").ends_with("at byte 3"));
  CHECK(text_error("[\"a\x01\"]").ends_with("at byte 3"));
  CHECK(text_error("[\"a\\\"\n\"]").ends_with("at byte 5"));
  CHECK(text_error(std::string_view("[1]\0", 4)) ==
        "not JSON: more text after the value at byte 3");
  CHECK(text_error(std::string_view("\0", 1)) == "not JSON: unexpected character at byte 0");
  // The place is the byte: what lies on the way there does not show.
  CHECK(error_of<Nested>(R"({"points":[{"x":tru}]})") ==
        "points[0].x: expected integer, got boolean");
  CHECK(error_of<Nested>(R"({"points":[{"x":1,"flag":tru}]})") ==
        "not JSON: invalid literal at byte 25");
}

TEST_CASE("codec: each beginning of a text is an error, none reads past its end") {
  const std::string text =
      R"({"point":{"x":1,"y":-20},"points":[{"x":3}],"byName":{"k\u0065y":{"x":4,"e":1.5e3}},
          "holes":[null],"color":"gr\u0065en","new":[true,false,null,"\ud83d\ude00",{}]})";
  (void)decode<Nested>(text);
  for (std::size_t size = 0; size < text.size(); ++size) {
    // On the heap and no longer than this, so that the sanitizers see a step too far.
    const std::unique_ptr<char[]> copy(new char[size]);
    std::memcpy(copy.get(), text.data(), size);
    CHECK_THROWS_AS((void)decode<Nested>({copy.get(), size}), codex::DecodeError);
    for (const char last : {'}', ']'}) {  // may look whole from behind
      if (size > 0) copy[size - 1] = last;
      const std::string_view part(copy.get(), size);
      const bool fails = text_error(part) != "no error";
      CHECK(fails == !Json::accept(part));
    }
  }
}

TEST_CASE("codec: a text may end right behind its value, whatever that is") {
  for (const std::string_view text : {"7", "-0.5", "\"x\"", "true", "null", "[]", "{}"}) {
    const std::unique_ptr<char[]> copy(new char[text.size()]);
    std::memcpy(copy.get(), text.data(), text.size());
    CHECK(decode<Json>({copy.get(), text.size()}) == Json::parse(text));
  }
}

TEST_CASE("codec: white space of every kind between tokens") {
  CHECK(decode<Nested>("\r\n{ \"point\"\t:{\"x\"\n:\n1\n}\n,\"points\" : [ ] , \"byName\":{ }\n,"
                       "\"holes\" :[ null\t, 2 ] , \"color\" : \"red\"\n }\r\n ")
            .holes.size() == 2);
}

std::string nested_lists(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST_CASE("codec: 256 levels and no more, in text and in trees") {
  CHECK(encode(decode<Json>(nested_lists(256))) == nested_lists(256));
  CHECK(text_error(nested_lists(257)) == "nested deeper than 256");
  CHECK(text_error(std::string(1000000, '[')) == "nested deeper than 256");
  CHECK(error_text([] {
          std::string text;
          for (int i = 0; i < 100000; ++i) text += "{\"a\":";
          (void)decode<Json>(text);
        }) == "nested deeper than 256");
  const auto member = [](std::size_t depth) {
    return R"({"x":1,"e":)" + nested_lists(depth) + "}";
  };
  CHECK(comes_back<Point>(member(255)).extra.size() == 1);
  CHECK(error_of<Point>(member(256)) == "e: nested deeper than 256");
  CHECK(error_of<Part>(R"({"type":"new","e":)" + nested_lists(256) + "}") ==
        "nested deeper than 256");
}

TEST_CASE("codec: a tree of any depth is compared, and refused where it nests too deep") {
  const auto tower = [] {
    Json json;
    for (int i = 0; i < 20000; ++i) {
      Json outer = Json::array();
      outer.push_back(std::move(json));
      json = std::move(outer);
    }
    return json;
  };
  Scalars a;
  Scalars b;
  a.any = tower();
  b.any = tower();
  CHECK(a == b);
  CHECK_THROWS_WITH_AS((void)encode(a), "nested deeper than 256", codex::CodexError);
  CHECK_THROWS_WITH_AS(Json(a).size(), "nested deeper than 256", codex::CodexError);
  CHECK(error_text([&] {
          Json out;
          codex::protocol::detail::decode_json(*codex::protocol::detail::type_of<Json>(), &out,
                                               *a.any);
        }) == "nested deeper than 256");
}

TEST_CASE("codec: a string of 100 MB") {
  std::string big;
  big.resize(100'000'000, 'x');
  const std::string text = encode(big);
  CHECK(text.size() == big.size() + 2);
  CHECK(decode<std::string>(text) == big);
}

TEST_CASE("codec: threads decode side by side") {
  std::atomic<int> good = 0;
  {
    std::vector<std::jthread> threads;
    threads.reserve(4);
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&, thread] {
        for (int i = 0; i < 200; ++i) {
          const std::string text = "{\"x\":" + std::to_string(thread * 1000 + i) + "}";
          if (encode(decode<Point>(text)) == text) ++good;
        }
      });
    }
  }
  CHECK(good == 800);
}

TEST_CASE("codec: a decode that fails leaves nothing behind for the next") {
  for (int i = 0; i < 3; ++i) {
    CHECK_THROWS_AS((void)decode<Point>(R"({"x":"\q"})"), codex::DecodeError);
    CHECK_THROWS_AS((void)decode<Point>(R"({"x":1)"), codex::DecodeError);
    CHECK(decode<Point>(R"({"x":1})").x == 1);
  }
}

}  // namespace
}  // namespace codec_types
