#include "wire/envelope.hpp"

#include <doctest/doctest.h>

#include "support/messages.hpp"
#include "support/recording.hpp"

namespace codex::detail {
namespace {

using testing::message;

MessageKind kind_of(std::string line) { return message(std::move(line))->envelope.kind; }

}  // namespace

TEST_CASE("a notification: method, raw params, ids and time") {
  const auto scanned = message(
      R"({"method":"item/completed", "params": {"item":{"id":"i","threadId":"no"},"threadId":"t-1",)"
      R"("turnId":"u-1","n":1e400} ,"emittedAtMs":1763695000123})");
  const Envelope& envelope = scanned->envelope;
  CHECK(envelope.kind == MessageKind::notification);
  CHECK(envelope.method == "item/completed");
  CHECK(envelope.params ==
        R"({"item":{"id":"i","threadId":"no"},"threadId":"t-1","turnId":"u-1","n":1e400})");
  CHECK(envelope.thread_id == "t-1");
  CHECK(envelope.turn_id == "u-1");
  CHECK(envelope.emitted_at_ms == 1763695000123);
}

TEST_CASE("the ids may stand inside thread and turn") {
  const auto started =
      message(R"({"method":"thread/started","params":{"thread":{"x":[{}],"id":"t"}}})");
  CHECK(started->envelope.thread_id == "t");
  CHECK(started->envelope.turn_id.empty());

  const auto completed = message(
      R"({"method":"turn/completed","params":{"threadId":"t","turn":{"items":[1,{"id":"no"}],"id":"u"}}})");
  CHECK(completed->envelope.thread_id == "t");
  CHECK(completed->envelope.turn_id == "u");
  CHECK(completed->envelope.params ==
        R"({"threadId":"t","turn":{"items":[1,{"id":"no"}],"id":"u"}})");
}

TEST_CASE("a login's id") {
  const auto scanned = message(
      R"({"method":"account/login/completed","params":{"loginId":"l-1","success":true,"error":null}})");
  CHECK(scanned->envelope.login_id == "l-1");
  const auto without = message(R"({"method":"account/login/completed","params":{"loginId":null}})");
  CHECK(without->envelope.kind == MessageKind::notification);
  CHECK(without->envelope.login_id.empty());
}

TEST_CASE("the id of an item is found, wherever in it") {
  const auto started = message(
      R"({"method":"item/started","params":{"item":{"type":"fileChange","changes":[{"id":"no"}],)"
      R"("id":"p\u0031"},"threadId":"t","turnId":"u"}})");
  CHECK(started->envelope.item_id == "p1");
  CHECK(started->envelope.item_type == "fileChange");
  CHECK(started->envelope.turn_id == "u");
  CHECK(message(R"({"method":"m","params":{"item":{"x":1}}})")->envelope.item_id.empty());
  CHECK(message(R"({"method":"m","params":{"item":"x","turnId":"u"}})")->envelope.turn_id == "u");
}

TEST_CASE("an item's id may stand by itself, which is the one that counts") {
  CHECK(message(R"({"method":"m","id":1,"params":{"itemId":"i"}})")->envelope.item_id == "i");
  CHECK(message(R"({"method":"m","params":{"itemId":"i","item":{"id":"j"}}})")->envelope.item_id ==
        "i");
  CHECK(message(R"({"method":"m","params":{"itemId":7,"item":{"id":"j"}}})")->envelope.item_id ==
        "j");
}

TEST_CASE("the ids of older requests, of resolved ones and of a turn's root") {
  const auto older =
      message(R"({"method":"execCommandApproval","id":1,"params":{"conversationId":"\u0074"}})");
  CHECK(older->envelope.conversation_id == "t");
  CHECK(older->envelope.thread_id.empty());

  const auto resolved = [](const std::string& id) {
    return std::string(
        message(R"({"method":"m","params":{"requestId":)" + id + "}}")->envelope.request_id);
  };
  CHECK(resolved("7") == "7");
  CHECK(resolved(R"("a\/b")") == R"("a\/b")");
  for (const char* none : {"null", "true", "[7]", R"({"id":7})"}) CHECK(resolved(none).empty());
  CHECK(resolved('"' + std::string(max_id_bytes, 'x') + '"').empty());

  const auto root = [](const std::string& turn) {
    const auto scanned = message(R"({"method":"turn/started","params":{"turn":)" + turn + "}}");
    const auto id = scanned->envelope.root_turn_id;
    return id ? std::optional<std::string>(*id) : std::nullopt;
  };
  CHECK(root(R"({"id":"u","rootTurnId":"r"})") == "r");
  CHECK(root(R"({"id":"u","rootTurnId":null})") == "");
  CHECK_FALSE(root(R"({"id":"u"})"));
  CHECK_FALSE(root("7"));
}

TEST_CASE("an escaped id is unescaped") {
  const auto scanned =
      message(R"({"method":"x\/y","params":{"threadId":"a\"b\u00e9","turnId":"plain"}})");
  CHECK(scanned->envelope.method == "x/y");
  CHECK(scanned->envelope.thread_id == "a\"b\xc3\xa9");
  CHECK(scanned->envelope.turn_id == "plain");
}

TEST_CASE("server requests and responses keep the id as its raw token") {
  const auto request =
      message(R"({"method":"item/tool/call","id":"se\"ven","params":{"turnId":"u"}})");
  CHECK(request->envelope.kind == MessageKind::server_request);
  CHECK(request->envelope.id == R"("se\"ven")");
  CHECK(request->envelope.turn_id == "u");
  CHECK(message(R"({"method":"m","id":0})")->envelope.kind == MessageKind::server_request);

  const auto response = message(R"({"id" : 17 ,"result" : [1, {"a":2}] })");
  CHECK(response->envelope.kind == MessageKind::response);
  CHECK(response->envelope.id == "17");
  CHECK(response->envelope.result == R"([1, {"a":2}])");
}

TEST_CASE("results and errors are cut out as they stand") {
  CHECK(message(R"({"id":1,"result":{}})")->envelope.result == "{}");
  CHECK(message(R"({"id":1,"result":null})")->envelope.result == "null");
  CHECK(message(R"({"id":1,"result":"a b" })")->envelope.result == R"("a b")");
  CHECK(message(R"({"result":123456789012345678901234567890,"id":1})")->envelope.result ==
        "123456789012345678901234567890");
  const auto error = message(R"({"error":{"code":-1,"message":"no"},"id":3})");
  CHECK(error->envelope.kind == MessageKind::error);
  CHECK(error->envelope.error == R"({"code":-1,"message":"no"})");
  CHECK(error->envelope.id == "3");
  CHECK(kind_of(R"({"id":1,"error":null,"result":{}})") == MessageKind::response);
  CHECK(kind_of(R"({"id":1,"error":"odd"})") == MessageKind::error);
  CHECK(kind_of(R"({"id":1})") == MessageKind::response);
}

TEST_CASE("members that a proxy adds to an answer or a request do not change what it is") {
  CHECK(kind_of(R"({"id":1,"method":"thread/list","result":{}})") == MessageKind::response);
  CHECK(kind_of(R"({"method":"m","error":{"code":1},"id":1})") == MessageKind::error);
  CHECK(kind_of(R"({"id":1,"method":null,"params":null,"result":{},"error":null})") ==
        MessageKind::response);
  CHECK(kind_of(R"({"id":1,"method":"m","params":{},"result":null,"error":null})") ==
        MessageKind::server_request);
  CHECK(kind_of(R"({"id":null,"method":"m","params":{},"result":null,"error":null})") ==
        MessageKind::notification);
  CHECK(kind_of(R"({"method":"m","result":{}})") == MessageKind::notification);
}

TEST_CASE("an id is the same however it is written") {
  for (const char* same : {"7", "\"7\"", "7.0", "7.00", "7e0", "70E-1", "0.7e+1", "\"7.0\""}) {
    CAPTURE(same);
    CHECK(canonical_id(same) == "7");
  }
  CHECK(canonical_id("1.2345678E7") == "12345678");
  CHECK(canonical_id("9223372036854775807") == "9223372036854775807");
  CHECK(canonical_id("9223372036854775807.0") == "9223372036854775807");
  CHECK(canonical_id("-0.0") == "0");
  CHECK(canonical_id("-7") == "-7");
  CHECK(canonical_id(R"("a\/b")") == R"("a/b")");
  for (const char* other : {"7.5", "\"seven\"", "\"\"", "\" 7\"", "\"7", "7e", "7e99", "1e-99",
                            "7.", "\".0\"", "\"0x7\"", "\"+7\"", "99999999999999999999"}) {
    CAPTURE(other);
    CHECK(canonical_id(other) != "7");
    CHECK(canonical_id(other).find_first_not_of("0123456789") != std::string::npos);
  }
}

TEST_CASE("odd members break nothing") {
  const auto scanned = message(
      R"({"jsonrpc":"2.0","big":99999999999999999999999,"emittedAtMs":1.5,"method":"m",)"
      R"("params":{"threadId":7,"turnId":null,"thread":[1],"turn":"u","loginId":{}},"extra":[[[]]]})");
  CHECK(scanned->envelope.kind == MessageKind::notification);
  CHECK(scanned->envelope.thread_id.empty());
  CHECK(scanned->envelope.turn_id.empty());
  CHECK(scanned->envelope.login_id.empty());
  CHECK_FALSE(scanned->envelope.emitted_at_ms);
  CHECK(message(R"({"method":"m","params":[1,2]})")->envelope.params == "[1,2]");
  CHECK(message(R"({"method":"m","params":null})")->envelope.params == "null");
  CHECK(message(R"({"method":"m"})")->envelope.params.empty());
}

TEST_CASE("what is no message says why") {
  for (const char* line :
       {"[1]", "42", "hello", "null", R"("text")", "{}", R"({"params":{}})", R"({"method":7})",
        R"({"method":)", R"({"method":"m")", R"({"method":"unclosed})", R"({"method":"m"} x)",
        R"({"id":1,"result":1}{"id":2,"result":2})", R"({"method":"m","params":{"a":1})",
        R"({"id":1,"result":[1,2})", "{\"method\":\"m\xff\"}"}) {
    INFO(line);
    const auto scanned = message(line);
    CHECK(scanned->envelope.kind == MessageKind::invalid);
    CHECK_FALSE(scanned->envelope.problem.empty());
  }
}

TEST_CASE("one scanner takes many lines, and an invalid one leaves no trace") {
  EnvelopeScanner scanner;
  CHECK(scanner.scan("{broken")->envelope.kind == MessageKind::invalid);
  const auto first = scanner.scan(R"({"method":"a","params":{"turnId":"1"}})");
  const auto second = scanner.scan(R"({"method":"b","params":{"turnId":"2"}})");
  CHECK(first->envelope.turn_id == "1");
  CHECK(second->envelope.turn_id == "2");
}

TEST_CASE("a long line and the next ones") {
  EnvelopeScanner scanner;
  const std::string blob(std::size_t{20} * 1024 * 1024, 'x');
  const auto scanned = scanner.scan(R"({"id":1,"result":{"stdout":")" + blob + "\"}}");
  CHECK(scanned->envelope.kind == MessageKind::response);
  CHECK(scanned->envelope.result.size() == blob.size() + 13);
  CHECK(scanner.scan(R"({"id":2,"result":{}})")->envelope.id == "2");
}

TEST_CASE("recorded messages: the envelope is what a full parse finds") {
  const auto text = [](const Json& object, const char* name) {
    return object.is_object() && object.contains(name) && object[name].is_string()
               ? object[name].get<std::string>()
               : std::string();
  };
  std::size_t count = 0;
  for (const auto& file : testing::recordings()) {
    for (const auto& recorded : testing::read_recording(file)) {
      const Json& json = recorded.message;
      INFO(recorded.file << ":" << recorded.line);
      const auto scanned = message(json.dump());
      const Envelope& envelope = scanned->envelope;
      REQUIRE(envelope.kind != MessageKind::invalid);
      CHECK(envelope.method == text(json, "method"));
      CHECK(envelope.id == (json.contains("id") ? json["id"].dump() : ""));
      CHECK(envelope.result == (json.contains("result") ? json["result"].dump() : ""));
      const Json params = json.value("params", Json());
      CHECK(envelope.params == (json.contains("params") ? params.dump() : ""));
      if (!params.is_object()) continue;
      const std::string thread = text(params, "threadId");
      CHECK(envelope.thread_id ==
            (thread.empty() ? text(params.value("thread", Json()), "id") : thread));
      const std::string turn = text(params, "turnId");
      CHECK(envelope.turn_id == (turn.empty() ? text(params.value("turn", Json()), "id") : turn));
      ++count;
    }
  }
  CHECK(count > 2000);
}

}  // namespace codex::detail
