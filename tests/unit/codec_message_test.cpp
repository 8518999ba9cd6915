#include "codec_checks.hpp"

namespace codec_types {
namespace {

using codex::protocol::decode;
using codex::protocol::encode;

TEST_CASE("codec: the params of a message follow from its method, whichever comes first") {
  for (const char* text : {R"({"method":"card/draw","id":1,"params":{"x":7,"new":1}})",
                           R"({"params":{"x":7,"new":1},"id":1,"method":"card/draw"})"}) {
    const auto request = comes_back<Request>(text);
    CHECK(request.is_known());
    CHECK(request.method() == "card/draw");
    REQUIRE(request.as<methods::Draw>());
    CHECK(request.as<methods::Draw>()->x == 7);
    CHECK(request.as<methods::Shuffle>() == nullptr);
    CHECK(request.id == RequestId(std::int64_t{1}));
  }
}

TEST_CASE("codec: params that may be missing come back as they were") {
  const auto absent = comes_back<Request>(R"({"method":"deck/shuffle","id":1,"sentAtMs":null})");
  CHECK(absent.is_known());
  CHECK(absent.as<methods::Shuffle>() == nullptr);
  CHECK(absent.sent_at.is_null());
  const auto null = comes_back<Request>(R"({"method":"deck/shuffle","id":1,"params":null})");
  CHECK(null.is_known());
  CHECK(null.as<methods::Shuffle>() == nullptr);
  CHECK(!(absent == null));
  CHECK(comes_back<Request>(R"({"params":null,"method":"deck/shuffle","id":1})") == null);
  CHECK(comes_back<Request>(R"({"method":"deck/shuffle","id":1,"params":{"x":1}})")
            .as<methods::Shuffle>()
            ->x == 1);
}

TEST_CASE("codec: a method without params") {
  for (const char* text :
       {R"({"method":"deck/close","id":1})", R"({"method":"deck/close","id":1,"params":null})",
        R"({"method":"deck/close","id":1,"params":{}})",
        R"({"params":{"new":1},"method":"deck/close","id":1})"}) {
    const auto request = comes_back<Request>(text);
    CHECK(request.is_known());
    CHECK(request.as<methods::Close>() != nullptr);
  }
}

TEST_CASE("codec: a method that nobody knows keeps its params") {
  for (const char* text :
       {R"({"method":"new/one","id":"a","params":{"x":[1]}})", R"({"method":"new/one","id":"a"})",
        R"({"method":"new/one","id":"a","params":null})",
        R"({"params":3,"new":4,"id":"a","method":"new/one"})"}) {
    const auto request = comes_back<Request>(text);
    CHECK_FALSE(request.is_known());
    CHECK(request.raw_params().has_value() == Json::parse(text).contains("params"));
  }
}

TEST_CASE("codec: a message by hand") {
  Request request;
  request.id = std::int64_t{5};
  request.set<methods::Draw>({.x = 3});
  CHECK(encode(request) == R"({"method":"card/draw","id":5,"params":{"x":3}})");
  CHECK(decode<Request>(encode(request)) == request);
  request.set<methods::Close>({});
  CHECK(encode(request) == R"({"method":"deck/close","id":5})");
  CHECK(decode<Request>(encode(request)) == request);
}

TEST_CASE("codec: what is wrong with a message") {
  CHECK(error_of<Request>(R"({"id":1})") == "missing member \"method\"");
  CHECK(error_of<Request>(R"({"method":3,"id":1})") == "method: expected string, got number");
  CHECK(error_of<Request>(R"({"method":"card/draw","params":{"x":1}})") ==
        "card/draw: missing member \"id\"");
  CHECK(error_of<Request>(R"({"method":"card/draw","id":1})") ==
        "card/draw: missing member \"params\"");
  CHECK(error_of<Request>(R"({"method":"card/draw","id":1,"params":null})") ==
        "card/draw: params: expected object, got null");
  CHECK(error_of<Request>(R"({"params":{"x":"s"},"method":"card/draw","id":1})") ==
        "card/draw: params.x: expected integer, got string");
  CHECK(error_of<Request>("[]") == "expected object, got array");
  try {
    (void)decode<Request>(R"({"method":"card/draw","id":1,"params":{"x":true}})");
    FAIL("no error");
  } catch (const codex::DecodeError& error) {
    CHECK(error.method() == "card/draw");
    CHECK(error.path() == "params.x");
  }
}

TEST_CASE("codec: of two methods or params the last ones count") {
  const auto request = decode<Request>(
      R"({"method":"new/one","id":1,"params":{"x":1,"y":2},"method":"card/draw",
          "params":{"x":3}})");
  REQUIRE(request.as<methods::Draw>());
  CHECK(*request.as<methods::Draw>() == Point{.x = 3});
  CHECK(!request.raw_params());
  const auto late =
      decode<Request>(R"({"method":"card/draw","id":1,"params":{"x":1},"method":"new/one"})");
  CHECK_FALSE(late.is_known());
  CHECK(*late.raw_params() == Json{{"x", 1}});
}

TEST_CASE("codec: params that other ones replace must be JSON all the same") {
  for (const char* bad : {"[1}", "tru", R"("\q")", R"({"a":})"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS((void)decode<Request>(R"({"id":1,"params":)" + std::string(bad) +
                                          R"(,"params":{"x":3},"method":"card/draw"})"),
                    codex::DecodeError);
  }
}

}  // namespace
}  // namespace codec_types
