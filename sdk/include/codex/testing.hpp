#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <codex/config.hpp>
#include <codex/protocol/support/json.hpp>
#include <codex/stop_token.hpp>
#include <codex/testing/gate.hpp>
#include <codex/testing/scripted_server.hpp>

/// Tests without an account: `MockModel` is a scripted model on loopback for the real runtime;
/// `ScriptedServer` replaces the runtime itself.
namespace codex::testing {

namespace detail {
struct Script;
}

/// How the model labels a message: not, as an interim remark, or as the answer.
enum class Phase { none, commentary, final_answer };

/// The token usage that a reply reports.
struct Usage {
  /// Tokens read, including cached ones.
  std::int64_t input = 0;
  /// How many of these came from the cache.
  std::int64_t cached = 0;
  /// Tokens written, including reasoning.
  std::int64_t output = 0;
  /// How many of these were reasoning.
  std::int64_t reasoning = 0;
  /// Default: input + output.
  std::optional<std::int64_t> total{};
};

/// Further arguments of the runtime's `exec_command` tool; only those that are set are sent.
struct ShellOptions {
  /// Asks to run outside the sandbox; under the approval policy "on-request" the runtime then asks
  /// its client.
  bool escalated = false;
  /// Why, in the model's words.
  std::optional<std::string> justification{};
  /// The command prefix that the model wants to be allowed from now on.
  std::vector<std::string> prefix_rule{};
  /// Whether the command gets a terminal.
  std::optional<bool> tty{};
  /// Where the command runs.
  std::optional<std::string> workdir{};
  /// How long the runtime waits for output before it answers the model.
  std::optional<std::chrono::milliseconds> yield_time{};
};

/// One answer of the model, built in the order in which it is streamed:
/// `Reply{}.commentary("Looking.").shell("ls").usage({.input = 11, .output = 7})`.
///
/// It begins with `response.created` and ends with `response.completed`, unless `fail`,
/// `incomplete`, `disconnect` or `http_error` end it; adding to a reply after one of these throws
/// `std::logic_error`. A value: copies are independent.
class Reply {
 public:
  Reply();
  /// A reply of one message without a phase.
  Reply(std::string text);  // NOLINT(google-explicit-constructor): mock.reply("Hello")
  /// A reply of one message without a phase.
  Reply(const char* text);  // NOLINT(google-explicit-constructor)
  Reply(const Reply& other);
  Reply& operator=(const Reply& other);
  ~Reply();

  /// A whole message, in one delta (in none when `text` is empty).
  Reply& text(std::string text, Phase phase = Phase::none);
  /// A whole message, as an interim remark.
  Reply& commentary(std::string text);
  /// A whole message, as the answer.
  Reply& final_answer(std::string text);
  /// A whole message, streamed in these pieces.
  Reply& deltas(const std::vector<std::string>& pieces, Phase phase = Phase::none);
  /// A piece of a message that stays open until the next item or the end; the next `delta`
  /// continues it. The first piece sets the message's phase.
  Reply& delta(std::string piece, Phase phase = Phase::none);

  /// A reasoning item: a summary of one part, and the content if not empty.
  Reply& reasoning(std::string summary, std::string content = {});

  /// Runs a command with the runtime's `exec_command` tool.
  Reply& shell(std::string command, const ShellOptions& options = {});
  /// Edits files with the runtime's `apply_patch` tool; `text` begins with `*** Begin Patch`.
  Reply& patch(std::string text);
  /// Calls a function tool. MCP tools have the namespace `mcp__SERVER`.
  Reply& tool_call(std::string name, const Json& arguments = Json::object(),
                   std::optional<std::string> name_space = {});
  /// Calls a custom tool, whose input is plain text.
  Reply& custom_tool_call(std::string name, std::string input,
                          std::optional<std::string> name_space = {});

  /// Any other output item, sent unchanged, as `response.output_item.added` and `done`.
  Reply& item(Json item);
  /// Any other event, sent unchanged; its member `type` names it.
  Reply& event(Json event);
  /// Writes these bytes unchanged into the event stream.
  Reply& raw(std::string bytes);

  /// Sets the id of the next item. Default: msg_1, msg_2, ...; rs_1, ... for reasoning; call_1, ...
  /// (the call id) for tool calls, counted over the life of the mock.
  Reply& id(std::string id);
  /// Default: resp_1, resp_2, ..., counted over the life of the mock.
  Reply& response_id(std::string id);
  /// Default: no tokens.
  Reply& usage(const Usage& usage);
  /// Whether the turn ends with this reply (`end_turn` of `response.completed`); false makes the
  /// runtime ask again in the same turn. Default: not sent.
  Reply& end_turn(bool ends);

  /// Pauses the stream here until `gate` opens, the client disconnects or the mock stops.
  Reply& wait_for(const Gate& gate);
  /// Pauses the stream here for this time.
  Reply& delay(std::chrono::milliseconds time);
  /// Waits this long between any two events.
  Reply& pace(std::chrono::milliseconds time);

  /// Ends with `response.failed`: an error code such as "server_error", "rate_limit_exceeded" or
  /// "context_length_exceeded", and its message.
  Reply& fail(std::string code, std::string message);
  /// Ends with `response.incomplete`, for example for the reason "max_output_tokens".
  Reply& incomplete(std::string reason);
  /// Drops the connection here.
  Reply& disconnect();
  /// Answers with this HTTP status instead of a stream. A string body is sent unchanged, any other
  /// as JSON. Throws `std::logic_error` if the reply has content.
  Reply& http_error(int status, Json body = "", std::map<std::string, std::string> headers = {});

 private:
  friend class MockModel;
  std::unique_ptr<detail::Script> script_;
};

/// A request as it reached the mock.
struct ModelRequest {
  /// `POST` or `GET`.
  std::string method;
  /// Without the query.
  std::string path;
  /// By lower-case name; repeated headers have their values joined by ", ".
  std::map<std::string, std::string> headers;
  /// Null when the body is no JSON.
  Json body;

  /// The texts of the user's messages in `input`, oldest first, including those of earlier turns
  /// and those that the runtime adds.
  [[nodiscard]] std::vector<std::string> user_texts() const;
  /// The user's last message; empty if there is none.
  [[nodiscard]] std::string last_user_text() const;
  /// The output of the tool call `call_id` that the model gets; nothing if it is not in `input`.
  [[nodiscard]] std::optional<std::string> tool_output(const std::string& call_id) const;
};

/// What a `MockModel` writes into the config.toml of its runtime.
struct MockModelOptions {
  /// The runtime chooses tools by model. This one gets `exec_command` and `apply_patch`.
  std::string model = "gpt-5.5";
  /// "never" or "on-request". (The runtime takes "untrusted" on the wire only.)
  std::string approval_policy = "never";
  /// "read-only", "workspace-write" or "danger-full-access".
  std::string sandbox_mode = "read-only";
  /// Makes the runtime need a login, whose key it then sends to the mock.
  bool requires_openai_auth = false;
  /// Further settings: TOML values by dotted key ("features.goals" = "true"). They override the
  /// mock's own.
  std::map<std::string, std::string> settings{};
  /// Text that is appended to config.toml, for whole tables ("[mcp_servers.x]..."). Tables with
  /// keys of the mock ([features], [analytics], [feedback], [otel]) cannot be reopened here: use
  /// `settings`.
  std::string extra_config{};
  /// A CODEX_HOME that stays: threads of one run can be resumed in the next. Made, for this user
  /// only (0700), if it is missing; never removed. For one mock at a time. Default: a temporary
  /// one.
  std::filesystem::path home{};
  /// How many requests the mock remembers, each of `requests()` and `other_requests()`. Beyond it
  /// the oldest are dropped; `dropped_requests()` counts them.
  std::size_t max_requests = 1000;
  /// The same in bytes of their bodies, which grow with the thread; in memory a body takes about
  /// three times its size. The newest request is always kept.
  std::size_t max_request_bytes = std::size_t{32} * 1024 * 1024;
};

/// A model for the real runtime that lives in this process: an HTTP server on 127.0.0.1 that speaks
/// the Responses API (`POST /v1/responses` as server-sent events, `GET /v1/models`), sends the
/// scripted replies, and records the requests.
///
///     codex::testing::MockModel mock;
///     mock.reply("Hello from the mock.");
///     codex::Codex codex(mock.config());
///
/// Each request takes the next reply, in order. The mock serves at least 64 streams at once.
/// Everything here is thread-safe. Must outlive the `Codex` that uses it.
class MockModel {
 public:
  /// Starts the server on a free port and makes the folders below. Throws `std::runtime_error` if
  /// it cannot, and if `MockModelOptions::home` has a config.toml that no mock wrote.
  explicit MockModel(MockModelOptions options = {});
  MockModel(MockModel&&) noexcept;
  MockModel& operator=(MockModel&&) noexcept;
  /// Stops, and removes the folders. A closed gate or an open stream does not block it; an
  /// `on_request` function that does not return does.
  ~MockModel();

  /// Adds to the queue of replies.
  void reply(const Reply& reply);
  /// Sets the function that answers when the queue is empty. Called concurrently on threads of the
  /// server. If there is none, or it throws, the turn fails with a `TurnFailedError` that says so:
  /// the mock answers with HTTP 400.
  void on_request(std::function<Reply(const ModelRequest&)> answer);
  /// How many queued replies are unused.
  [[nodiscard]] std::size_t pending_replies() const;

  /// The latest requests to `/v1/responses`, oldest first: see `MockModelOptions::max_requests`.
  [[nodiscard]] std::vector<ModelRequest> requests() const;
  /// A copy of the newest of `requests()`; store it in a variable before you loop over a part of
  /// it. Throws `std::out_of_range` if there is none.
  [[nodiscard]] ModelRequest last_request() const;
  /// The latest of all other requests.
  [[nodiscard]] std::vector<ModelRequest> other_requests() const;
  /// How many of both kinds were dropped.
  [[nodiscard]] std::uint64_t dropped_requests() const;
  /// Waits until `count` requests to `/v1/responses` have come, dropped ones included. False on
  /// timeout.
  [[nodiscard]] bool wait_for_requests(std::size_t count,
                                       std::chrono::milliseconds timeout = default_patience) const;

  /// Starts the real runtime on this mock: the environment keeps it in `codex_home()` and off the
  /// network, and `workspace()` is its working directory. Change what you like. The runtime is the
  /// pinned one, or the binary in the environment variable CODEX_SDK_TEST_RUNTIME: use that to run
  /// your tests with another version.
  [[nodiscard]] CodexConfig config() const;

  /// Where the server listens, as "http://127.0.0.1:PORT"; the API is below "/v1".
  [[nodiscard]] std::string url() const;
  /// The CODEX_HOME, with the config.toml for `options`: a temporary one, or
  /// `MockModelOptions::home`.
  [[nodiscard]] std::filesystem::path codex_home() const;
  /// A temporary folder for the runtime to work in; empty at first.
  [[nodiscard]] std::filesystem::path workspace() const;

  /// Cuts all streams and closes the server for good, as if the model's host went down. The folders
  /// stay. Idempotent. Do not call it from the `on_request` function.
  void stop() noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace codex::testing
