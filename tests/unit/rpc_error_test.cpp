#include "wire/rpc_error.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>

#include <doctest/doctest.h>

#include <codex/errors.hpp>

#include "support/messages.hpp"
#include "wire/envelope.hpp"

namespace codex::detail {
namespace {

using testing::contains;

/// Rethrows what an error answer becomes, and checks that it is an E and nothing more special.
template <class E>
E thrown(std::string_view error_text, std::string_view method = "x/y") {
  try {
    std::rethrow_exception(rpc_exception(error_text, method));
  } catch (const E& error) {
    CHECK(typeid(error) == typeid(E));
    return error;
  }
}

std::string error_text(int code, std::string_view message = "m", std::string_view data = "") {
  std::string text =
      R"({"code":)" + std::to_string(code) + R"(,"message":")" + std::string(message) + '"';
  if (!data.empty()) text += R"(,"data":)" + std::string(data);
  return text + "}";
}

}  // namespace

TEST_CASE("each code has its class") {
  thrown<ParseError>(error_text(-32700));
  thrown<InvalidRequestError>(error_text(-32600));
  thrown<MethodNotFoundError>(error_text(-32601));
  thrown<InvalidParamsError>(error_text(-32602));
  thrown<InternalRpcError>(error_text(-32603));
  thrown<CodexRpcError>(error_text(-32000));
  thrown<CodexRpcError>(error_text(-32099));
  thrown<JsonRpcError>(error_text(-32100));
  thrown<JsonRpcError>(error_text(17));
}

TEST_CASE("an error carries code, message and data") {
  const auto error =
      thrown<InvalidParamsError>(error_text(-32602, "too long", R"({"max_chars":10})"));
  CHECK(error.code() == -32602);
  CHECK(error.message() == "too long");
  CHECK(error.data() == Json{{"max_chars", 10}});
  CHECK(std::string(error.what()) == "JSON-RPC error -32602: too long");
  CHECK(thrown<JsonRpcError>(error_text(5)).data().is_null());
}

TEST_CASE("what is missing is replaced, what is malformed is said to be") {
  const auto error = thrown<CodexRpcError>("{}");
  CHECK(error.code() == -32000);
  CHECK(error.message() == "unknown");
  for (const char* text : {"\"odd\"", "[1]", "{\"code\":", ""}) {
    CHECK(std::string(thrown<CodexError>(text).what()) == "Malformed JSON-RPC error response");
  }
}

TEST_CASE("overload in all its spellings is ServerBusyError") {
  thrown<ServerBusyError>(error_text(-32001, "Server overloaded; retry later."));
  for (const char* data :
       {R"("server_overloaded")", R"("serverOverloaded")", R"("SERVER_OVERLOADED")",
        R"({"codexErrorInfo":"serverOverloaded"})", R"({"codex_error_info":"server_overloaded"})",
        R"({"a":{"errorInfo":{"serverOverloaded":{}}}})", R"([1,["serverOverloaded"]])"}) {
    INFO(data);
    thrown<ServerBusyError>(error_text(-32050, "m", data));
  }
  thrown<CodexRpcError>(error_text(-32050, "m", R"({"codexErrorInfo":"other"})"));
}

TEST_CASE("attempts that are used up are RetryLimitExceededError, which is a ServerBusyError") {
  const ServerBusyError& as_busy =
      thrown<RetryLimitExceededError>(error_text(-32010, "exceeded Retry Limit"));
  CHECK(as_busy.code() == -32010);
  thrown<RetryLimitExceededError>(
      error_text(-32001, "Too many failed attempts", R"("serverOverloaded")"));
}

TEST_CASE("an unknown method is MethodNotFoundError, whatever the code") {
  const std::string message =
      "Invalid request: unknown variant `x/y`, expected one of `initialize`, `thread/start`";
  const auto error = thrown<MethodNotFoundError>(error_text(-32600, message), "x/y");
  CHECK(error.code() == -32600);
  CHECK(error.message() == message);
  CHECK(std::string(error.what()) ==
        "JSON-RPC error -32600: Invalid request: unknown variant `x/y`");
  // The same words about a value inside the params.
  thrown<InvalidRequestError>(error_text(-32600, message), "thread/start");
  thrown<InvalidRequestError>(error_text(-32600, message), "x");
}

TEST_CASE("a thread that is missing is told from whatever else is refused") {
  const std::string id = "0199c0de-0000-7000-8000-000000000000";
  // As the runtimes 0.131.0, 0.150.0 and 0.171.0 say it.
  const std::string_view read = "failed to read thread: invalid thread-store request: ";
  for (const auto& [code, message] : std::initializer_list<std::pair<int, std::string>>{
           {-32600, "thread not found: " + id},
           {-32602, "thread not found: " + id},
           {-32600, "thread not loaded: " + id},
           {-32600, "no rollout found for thread id " + id},
           {-32600, "no archived rollout found for thread id " + id},
           {-32603, std::string(read) + "no rollout found for thread id " + id},
           {-32600, "failed to resolve rollout path `/a b/r.jsonl`: file does not exist"},
           {-32600,
            "failed to resolve rollout path `/r`: No such file or directory (os error 2)"}}) {
    INFO(message);
    const InvalidRequestError& as_invalid =
        thrown<ThreadNotFoundError>(error_text(code, message), "thread/resume");
    CHECK(as_invalid.code() == code);
    CHECK(as_invalid.message() == message);
  }
  for (const char* message :
       {"failed to load configuration: Model provider `nope` not found",
        "session x is archived. Run `codex unarchive x` to unarchive it first.",
        "invalid thread id: invalid character: found `n` at 1", "thread not found: ",
        "thread not found: the one of your configuration, it seems", "no rollout found",
        "failed to resolve rollout path `/r`: Permission denied (os error 13)"}) {
    INFO(message);
    thrown<InvalidRequestError>(error_text(-32600, message), "thread/resume");
  }
  thrown<CodexRpcError>(error_text(-32000, "thread not found: " + id));
}

TEST_CASE("secrets do not get into what()") {
  const auto error = thrown<InvalidRequestError>(error_text(-32600, "bad key sk-abcdefghijklmnop"));
  CHECK_FALSE(contains(error.what(), "abcdef"));
}

TEST_CASE("of a message that is very long what() shows the beginning") {
  const std::string message(200'000, ' ');
  const auto error = thrown<InvalidRequestError>(error_text(-32600, message));
  CHECK(error.message() == message);
  CHECK(std::string_view(error.what()).size() < 66'000);
  CHECK(std::string_view(error.what()).ends_with("... 134464 bytes more"));
  const std::string cut = std::string(65'520, ' ') + "sk-abcdefghijklmnopqrstuvwxyz";
  CHECK_FALSE(contains(thrown<InvalidRequestError>(error_text(-32600, cut)).what(), "abcdef"));
  std::string letters;
  while (letters.size() < 100'000) letters += "x \xc3\xa9";
  CHECK(is_utf8(thrown<InvalidRequestError>(error_text(-32600, letters)).what()));
}

TEST_CASE("what may be tried again") {
  CHECK(is_retryable_error(thrown<ServerBusyError>(error_text(-32001))));
  CHECK(is_retryable_error(thrown<RetryLimitExceededError>(error_text(-32001, "retry limit"))));
  CHECK(is_retryable_error(
      thrown<InternalRpcError>(error_text(-32603, "m", R"("serverOverloaded")"))));
  CHECK_FALSE(is_retryable_error(thrown<InternalRpcError>(error_text(-32603))));
  CHECK_FALSE(is_retryable_error(TimeoutError("late")));
  CHECK_FALSE(is_retryable_error(std::runtime_error("other")));
}

TEST_CASE("TransportClosedError tells how the runtime ended and what it said") {
  const TransportClosedError plain("Gone");
  CHECK(std::string(plain.what()) == "Gone");
  const TransportClosedError full("Gone", {.code = 3}, "last words", "Start again.");
  CHECK(std::string(full.what()) == "Gone (exit code 3). Start again.");
  CHECK(full.exit_status() == ExitStatus{.code = 3});
  CHECK(full.stderr_tail() == "last words");
  CHECK(std::string(TransportClosedError("Gone", {.signal = 9}).what()) ==
        "Gone (ended by signal 9)");
}

}  // namespace codex::detail
