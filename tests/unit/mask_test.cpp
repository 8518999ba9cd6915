#include "mask/mask.hpp"

#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <codex/protocol/support/json.hpp>

#include "mask/delta_mask.hpp"
#include "support/messages.hpp"
#include "support/recording.hpp"

namespace codex::detail {
namespace {

using testing::contains;

std::string mask(std::string_view text) { return mask_secrets(text); }

}  // namespace

TEST_CASE("secret members of JSON lose their value and nothing else") {
  CHECK(mask(R"({"type":"apiKey","apiKey":"hunter2"})") == R"({"type":"apiKey","apiKey":"***"})");
  CHECK(mask(R"({"accessToken": "a\"b\\", "x":1})") == R"({"accessToken": "***", "x":1})");
  for (const char* name : {"refreshToken", "refresh_token", "idToken", "id_token", "Authorization",
                           "secretAccessKey", "sessionToken", "accessKeyId", "userCode",
                           "OPENAI_API_KEY", "x-api-key", "experimental_bearer_token"}) {
    INFO(name);
    const std::string line = R"({")" + std::string(name) + R"(":"value","other":"kept"})";
    CHECK(mask(line) == R"({")" + std::string(name) + R"(":"***","other":"kept"})");
  }
}

TEST_CASE("words about a secret at the end of a string leave the JSON as it is") {
  for (const char* line : {R"({"delta":"Enter password: ","itemId":"x"})",
                           R"({"delta":"the \"password\": ","itemId":"x"})"}) {
    CHECK(mask(line) == line);
  }
  CHECK(mask(R"({"delta":"password: hunter2","itemId":"x"})") ==
        R"({"delta":"password: ***","itemId":"x"})");
}

TEST_CASE("a long image is not mistaken for many tokens") {
  std::string base64;
  while (base64.size() < 4'000'000) base64 += "iVBORw0KGgo/AAAANSUhEUgAA+";  // quadratic: for hours
  const std::string line = R"({"url":"data:image/png;base64,)" + base64 + R"("})";
  CHECK(mask(line) == line);
}

TEST_CASE("long texts take linear time") {
  const std::size_t size = 30'000;  // quadratic: half a minute, each
  const auto repeated = [&](std::string_view part) {
    std::string text;
    while (text.size() < size) text += part;
    return text;
  };
  for (const char* part : {"a",
                           "-",
                           "_",
                           "sk-",
                           "eyJ",
                           "eyJ/",
                           "eyJ+",
                           "eyJ=",
                           "AKIA",
                           "\\",
                           "\\\"",
                           "\"",
                           "'",
                           "`",
                           "\n",
                           "\\n",
                           "\\u00",
                           "\x1b[",
                           "\x1b[1",
                           "^[[",
                           "://",
                           "a://b:c/",
                           "https://a:b",
                           "token=",
                           "token: '",
                           "token=a,",
                           "token=a'b",
                           "token=(",
                           "token: [\"a\", ",
                           "Bearer ",
                           "Cookie: ",
                           "Cookie: low ",
                           "authorization: low ",
                           "-----BEGIN ",
                           "-----BEGIN A KEY",
                           "-----BEGIN A KEY-----",
                           "-----END ",
                           "END ",
                           "?key=",
                           "<password>",
                           "--token ",
                           "-u a",
                           "{\"a\":[",
                           "{",
                           "[",
                           "{\"",
                           "\"--token\",",
                           "{\"delta\":"}) {
    CAPTURE(part);
    const std::string text = repeated(part);
    CHECK_FALSE(mask(text).empty());
    CHECK_FALSE(mask("{\"t\":" + Json(text).dump() + "}").empty());
    CHECK(excerpt(text).size() <= 200);
  }
}

TEST_CASE("a text that comes letter by letter takes no more than a screen of it at a time") {
  DeltaMask mask;
  for (const char* letters : {"a", "\\n", " ", "'"}) {
    const std::string delta =
        "{\"method\":\"m\",\"params\":{\"delta\":\"" + std::string(letters) + "\"}}";
    for (int i = 0; i < 1500; ++i) CHECK(mask.mask(delta).has_value());
  }
}

TEST_CASE("of the texts that come in pieces the 256 latest are remembered") {
  const auto piece = [](std::size_t item, std::string_view text) {
    return R"({"method":"m","params":{"itemId":")" + std::to_string(item) + R"(","delta":")" +
           std::string(text) + "\"}}";
  };
  const auto ends_hidden = [&](std::size_t others) {
    DeltaMask mask;
    (void)mask.mask(piece(0, "sk-proj-abcdefghijkl"));
    for (std::size_t i = 1; i <= others; ++i) (void)mask.mask(piece(i, "some text"));
    return !contains(mask.mask(piece(0, "MNOPQRST")).value(), "MNOPQRST");
  };
  CHECK(ends_hidden(255));
  CHECK_FALSE(ends_hidden(256));
}

TEST_CASE("codes that pair and keys that are private are secrets") {
  CHECK(mask(R"({"pairingCode":"1","manualPairingCode":"2","client-private-key":"3"})") ==
        R"({"pairingCode":"***","manualPairingCode":"***","client-private-key":"***"})");
}

TEST_CASE("a value that is no string keeps the JSON valid") {
  CHECK(mask(R"({"refreshToken":false,"apiKey":null})") ==
        R"({"refreshToken":false,"apiKey":null})");
  CHECK(mask(R"({"apiKey":-12.5e3,"a":[1]})") == R"({"apiKey":0,"a":[1]})");
  CHECK(mask(R"({"authorization":{"password":"p"},"n":1})") ==
        R"({"authorization":{"password":"***"},"n":1})");
  CHECK(mask(R"({"inputTokens":12,"tokenUsage":{"total":3}})") ==
        R"({"inputTokens":12,"tokenUsage":{"total":3}})");
}

TEST_CASE("JSON inside a JSON string is seen through") {
  const Json inner = {{"apiKey", "top\"secret\\"}, {"kept", "yes"}};
  const Json middle = {{"body", inner.dump()}};
  const Json outer = {{"text", middle.dump()}};
  for (const Json& json : {middle, outer}) {
    const std::string masked = mask(json.dump());
    CHECK_FALSE(contains(masked, "secret"));
    CHECK(contains(masked, "yes"));
    CHECK(Json::accept(masked));
  }
}

TEST_CASE("tokens are known by their looks") {
  CHECK(mask("key sk-proj-abcdefgh12345 end") == "key *** end");
  CHECK(mask(R"({"text":"line\nsk-proj-abcdefgh12345\n"})") == R"({"text":"line\n***\n"})");
  CHECK(mask("a task-force-of-many") == "a task-force-of-many");
  CHECK(mask("Authorization: Bearer abcdefghijk") == "Authorization: Bearer ***");
  CHECK(mask("authorization: Basic dXNlcjpwYXNz") == "authorization: Basic ***");
  CHECK(mask("header 'Bearer a.b_c-d/e+f=='") == "header 'Bearer ***'");
  CHECK(mask("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig, ok") == "jwt ***, ok");
  CHECK(mask("eyJ is how it begins") == "eyJ is how it begins");
}

TEST_CASE("plain text") {
  CHECK(mask("OPENAI_API_KEY=abc123 next") == "OPENAI_API_KEY=*** next");
  CHECK(mask("api_key: \"abc 123\", x") == "api_key: \"***\", x");
  CHECK(mask("password = p4ss\nnext line") == "password = ***\nnext line");
  CHECK(mask("nothing to hide: 1 + 1 = 2 \\ \"") == "nothing to hide: 1 + 1 = 2 \\ \"");
  CHECK(mask("").empty());
  CHECK(mask("\"apiKey\":") == "\"apiKey\":");
  CHECK(mask("\"apiKey\":\"cut in the mid") == "\"apiKey\":\"***");
  CHECK(mask("ends with \\") == "ends with \\");
}

TEST_CASE("recorded messages stay the same JSON but for what is masked") {
  for (const auto& file : testing::recordings()) {
    for (const auto& recorded : testing::read_recording(file)) {
      INFO(recorded.file << ":" << recorded.line);
      const std::string masked = mask(recorded.message.dump());
      const Json json = Json::parse(masked, nullptr, false);
      REQUIRE(!json.is_discarded());
      CHECK(json.value("method", "") == recorded.message.value("method", ""));
      CHECK(json.value("id", Json()) == recorded.message.value("id", Json()));
      if (recorded.message.value("method", "") == "account/login/start") continue;
      CHECK(masked == recorded.message.dump());  // no other one holds a secret
    }
  }
}

TEST_CASE("whatever a message says, what is masked is JSON and UTF-8") {
  // Halves of letters become U+FFFD when they are written as JSON.
  const std::vector<std::string> pieces = {"token",
                                           "\"",
                                           "'",
                                           "\\",
                                           "\\\"",
                                           "\\n",
                                           "\n",
                                           " ",
                                           "=",
                                           ":",
                                           ",",
                                           "{",
                                           "}",
                                           "[",
                                           "]",
                                           "(",
                                           "\t",
                                           "\x01",
                                           "\x80",
                                           "\xff",
                                           "\xc2",
                                           "\xc2\x9b",
                                           "\xc3\xa9",
                                           "\xe2\x82\xac",
                                           "\xf0\x9f\x98\x80",
                                           "\x1b[",
                                           "\x1b[31m",
                                           "\x1b(",
                                           "\x1b(B",
                                           "^[[",
                                           "\\u001b[",
                                           "\\u001b(",
                                           "\\x1b",
                                           "\\u00e9",
                                           "\\ud83d\\ude00",
                                           "Bearer ",
                                           "Cookie: ",
                                           "api_key",
                                           "--api-key",
                                           "password",
                                           "-u ",
                                           "a:b",
                                           "<password>",
                                           "</password>",
                                           "Authorization: ",
                                           "abcdefghij",
                                           "null",
                                           "1",
                                           "eyJabcdefghijklmnopqrs.abc",
                                           "sk-abcdefgh1234",
                                           "http://u:p@h/",
                                           "?code=abcdefghijklmnop&",
                                           "-----BEGIN KEY-----",
                                           "-----END KEY-----"};
  std::mt19937 random(7);
  const auto below = [&](std::size_t limit) { return random() % limit; };
  const auto quoted = [&] {
    std::string text;
    for (std::size_t left = 1 + below(14); left > 0; --left) text += pieces[below(pieces.size())];
    return Json(text).dump(-1, ' ', below(2) == 0, Json::error_handler_t::replace);
  };
  const auto message = [&]() -> std::string {
    const std::string text = quoted();
    switch (below(5)) {
      case 0:
        return R"({"method":"m","params":{"x":)" + text + "}}";
      case 1:
        return R"({"method":"m","params":{"itemId":"i","delta":)" + text + "}}";
      case 2:
        return R"({"p":)" + Json("{\"token\":[" + text + "]," + text + ":1}").dump() + "}";
      case 3:
        return R"({"name":)" + text + R"(,"value":)" + text + R"(,"n":[1,2.5e3,null,true]})";
      default:
        return "{" + text + ":{" + text + ":" + text + R"(,"apiKey":[1,{"a":)" + text + "}]}}";
    }
  };
  DeltaMask deltas;
  for (int i = 0; i < 5000; ++i) {
    const std::string text = message();
    INFO(text);
    REQUIRE(Json::accept(text));
    CHECK(Json::accept(mask(text)));
    const auto masked = deltas.mask(text);
    REQUIRE(masked);
    CHECK(Json::accept(*masked));
  }
  // And what the runtime says, with such a piece somewhere in it.
  for (const auto& file : testing::recordings()) {
    for (const auto& recorded : testing::read_recording(file)) {
      std::string text = recorded.message.dump();
      const std::string piece =
          Json(pieces[below(pieces.size())]).dump(-1, ' ', true, Json::error_handler_t::replace);
      text.insert(below(text.size()), piece.substr(1, piece.size() - 2));
      if (!Json::accept(text)) continue;
      INFO(text);
      CHECK(Json::accept(mask(text)));
    }
  }
}

TEST_CASE("what only begins as a colour does hides nothing and is left as it is") {
  for (const char* text :
       {R"(Authorization: \u001b[\n)", R"(token=\u001b[\u00e9)", "token=\\u001b[\xc3\xa9",
        "Cookie: ^[[\xc3\xa9", "token=\xc2\x9b\xc3\xa9", R"(token=abc\u001b[\ud83d\ude00)",
        R"(token=\u001b(\n)", "token=\\u001b(\xc3\xa9"}) {
    const std::string line = R"({"x":")" + std::string(text) + "\"}";
    INFO(line);
    REQUIRE(Json::accept(line));
    CHECK(Json::accept(mask(line)));
  }
  CHECK(mask("\x1b[31mtoken\x1b(B=\x1b[0mhush done") == "\x1b[31mtoken\x1b(B=\x1b[0m*** done");
}

TEST_CASE("an excerpt is short, masked, on one line, and cut between characters") {
  CHECK(excerpt("short\n\ttext") == "short  text");
  CHECK(excerpt(R"({"apiKey":"x"})") == R"({"apiKey":"***"})");
  CHECK(excerpt(std::string(1000, 'a')) == std::string(197, 'a') + "...");
  const std::string cut = excerpt("aaaaa\xc3\xa9\xc3\xa9\xc3\xa9", 10);
  CHECK(cut == "aaaaa\xc3\xa9...");
  // A secret that begins before the cut and ends behind it.
  CHECK_FALSE(contains(excerpt("{\"apiKey\":\"" + std::string(1000, 's') + "\"}"), "sss"));
}

}  // namespace codex::detail
