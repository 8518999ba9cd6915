#include "wire/compose.hpp"

#include <doctest/doctest.h>

#include <codex/protocol/support/errors.hpp>

namespace codex::detail {

TEST_CASE("messages go out as one line each") {
  CHECK(request_line(7, "thread/start", R"({"a":1})") ==
        "{\"id\":7,\"method\":\"thread/start\",\"params\":{\"a\":1}}\n");
  CHECK(notification_line("initialized", "") == "{\"method\":\"initialized\"}\n");
  CHECK(response_line("\"x\"", "{}") == "{\"id\":\"x\",\"result\":{}}\n");
  CHECK(error_line("0", -32601, "no \"such\" thing") ==
        "{\"id\":0,\"error\":{\"code\":-32601,\"message\":\"no \\\"such\\\" thing\"}}\n");
}

TEST_CASE("line breaks between tokens do not break the line") {
  CHECK(request_line(1, "m", "{\n\"a\":\r\n\"b\\n\"}") ==
        "{\"id\":1,\"method\":\"m\",\"params\":{ \"a\":  \"b\\n\"}}\n");
}

TEST_CASE("text that would end the runtime is refused") {
  CHECK_THROWS_AS((void)request_line(1, "m", "{\"a\":\"\xff\"}"), CodexError);
  CHECK_THROWS_AS((void)response_line("1", "\"\xc3\""), CodexError);
}

}  // namespace codex::detail
