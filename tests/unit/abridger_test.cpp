#include "wire/abridger.hpp"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "support/messages.hpp"

namespace codex::detail {
namespace {

using testing::message;

std::string abridged(std::string_view text, std::size_t step = std::string_view::npos) {
  Abridger abridger;
  for (std::size_t at = 0; at < text.size(); at += std::min(step, text.size() - at)) {
    abridger.feed(text.substr(at, step));
  }
  CHECK(abridger.fed_bytes() == text.size());
  return abridger.text();
}

const std::string long_text(50'000, 'x');

}  // namespace

TEST_CASE("of a message objects, numbers and short strings are left, however its bytes are cut") {
  const std::string text =
      R"( { "method" : "turn/completed", "params":{"threadId":"t\"\\","n":-1.5e3,"b":true,"z":null,)"
      R"("items":[1,[2],{"id":"no"},"]}"],"turn":{"id":"u","error":{"message":"m","deep":{"x":{}}}},)"
      R"("after":7},"list":[], "id":7 }  )";
  const std::string outline =
      R"({"method":"turn/completed","params":{"threadId":"t\"\\","n":-1.5e3,"b":true,"z":null,)"
      R"("items":[],"turn":{"id":"u","error":{"message":"m","deep":{}}},)"
      R"("after":7},"list":[],"id":7})";
  for (std::size_t step = 1; step < 20; ++step) CHECK(abridged(text, step) == outline);
  CHECK(abridged(text) == outline);
}

TEST_CASE("the members of an abridged message are found wherever they stand") {
  const std::string item =
      R"({"type":"x","id":"i","text":")" + long_text + R"(","list":[")" + long_text + R"("]})";
  for (const std::string& line :
       {R"({"id":7,"result":)" + item + "}", R"({"result":)" + item + R"(,"id":7})",
        R"({"jsonrpc":"2.0","result":[)" + item + R"(],"id":7})",
        R"({"result":")" + long_text + R"(", "id" : 7})"}) {
    const auto scanned = message(abridged(line));
    CHECK(scanned->envelope.kind == MessageKind::response);
    CHECK(scanned->envelope.id == "7");
  }
  for (const std::string& line :
       {R"({"method":"m","params":{"item":)" + item + R"(,"threadId":"t","turnId":"u"}})",
        R"({"params":{"threadId":"t","turnId":"u","item":)" + item + R"(},"method":"m"})"}) {
    const auto scanned = message(abridged(line));
    CHECK(scanned->envelope.kind == MessageKind::notification);
    CHECK(scanned->envelope.method == "m");
    CHECK(scanned->envelope.thread_id == "t");
    CHECK(scanned->envelope.turn_id == "u");
    CHECK(scanned->envelope.item_id == "i");
  }
  const auto error = message(abridged(R"({"error":{"data":)" + item + R"(,"code":-1,"message":")" +
                                      long_text + R"("},"id":"7"})"));
  CHECK(error->envelope.kind == MessageKind::error);
  CHECK(error->envelope.id == R"("7")");
  CHECK(Json::parse(error->envelope.error).at("code") == -1);
}

TEST_CASE("what looks like a member inside a string or a list is none") {
  const auto scanned = message(abridged(
      R"({"result":{"text":"\"id\":1,\\","list":[{"id":2},"}"]},"note":"{\"id\":3}","id":4})"));
  CHECK(scanned->envelope.id == "4");
  CHECK(message(abridged(R"({"result":[{"id":2}]})"))->envelope.id.empty());
}

TEST_CASE("a long string is cut where no letter is torn") {
  for (const std::string letter :
       {"\xc3\xa9", "\xf0\x9f\x98\x80", R"(\ud83d\ude00)", R"(\\)", R"(\")", R"(\u00e9)"}) {
    for (const char* before : {"", "a", "ab", "abc"}) {
      std::string text = before;
      while (text.size() < 10'000) text += letter + " ";
      const std::string outline = abridged(R"({"text":")" + text + R"(","id":7})");
      CAPTURE(letter);
      CHECK(outline.size() < Abridger::max_string_bytes + 100);
      const Json json = Json::parse(outline);
      CHECK(json.at("id") == 7);
      CHECK(json.at("text").get<std::string>().size() > 100);
    }
  }
}

TEST_CASE("of many members the first ones are left, and the ids that follow them") {
  std::string many;
  for (int i = 0; i < 100'000; ++i) many += "\"m" + std::to_string(i) + "\":{\"x\":[1,{}]},";
  const std::string line = R"({"method":"m","params":{)" + many + R"("threadId":"t"},"id":7})";
  const std::string outline = abridged(line);
  CHECK(outline.size() < Abridger::max_bytes + Abridger::max_string_bytes);
  const auto scanned = message(outline);
  CHECK(scanned->envelope.kind == MessageKind::server_request);
  CHECK(scanned->envelope.id == "7");
  CHECK(abridged("{" + many + R"("id":7})").size() < Abridger::max_bytes + 100);
  CHECK(Json::parse(abridged("{" + many + R"("id":7})")).contains("m0"));
  CHECK(message(abridged(R"({"id":)" + std::string(5000, '7') + R"(,"result":1})"))
            ->envelope.id.empty());
}

TEST_CASE("what is no message stays none, and takes no room") {
  for (const char letter : {',', ':', '}', ']', '[', '{', 'x', '"', '\\', '7'}) {
    const std::string outline = abridged("{" + std::string(1'000'000, letter));
    CAPTURE(letter);
    CHECK(outline.size() < 3 * Abridger::max_bytes);
    CHECK(message(outline)->envelope.kind == MessageKind::invalid);
  }
  for (const char* text : {R"({"id":1,"result":1}{"id":2,"result":2})", R"({"id":1,"result":)",
                           R"({"id":1,"result":1} x)"}) {
    CAPTURE(text);
    CHECK(message(abridged(text))->envelope.kind == MessageKind::invalid);
  }
}

}  // namespace codex::detail
