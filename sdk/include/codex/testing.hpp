#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <codex/config.hpp>
#include <codex/protocol/support/json.hpp>
#include <codex/testing/gate.hpp>
#include <codex/testing/scripted_server.hpp>

/// Tests without an account: `MockModel`, a model on loopback that says what the test tells it to
/// say, for the real runtime; `ScriptedServer`, in the place of the runtime itself.
namespace codex::testing {

namespace detail {
struct Script;
}

/// What the model calls a message: nothing, a remark on the way, or the answer.
enum class Phase { none, commentary, final_answer };

/// The tokens that a reply claims to have used.
struct Usage {
  /// Tokens read, the cached ones included.
  std::int64_t input = 0;
  /// Of these, the ones from the cache.
  std::int64_t cached = 0;
  /// Tokens written, those of reasoning included.
  std::int64_t output = 0;
  /// Of these, the ones of reasoning.
  std::int64_t reasoning = 0;
  /// Default: input + output.
  std::optional<std::int64_t> total{};
};

/// The further arguments of the runtime's `exec_command` tool; what is left out is not sent.
struct ShellOptions {
  /// Asks to run outside the sandbox; under the approval policy "on-request" the runtime then asks
  /// its client.
  bool escalated = false;
  /// Why, in the model's words.
  std::optional<std::string> justification{};
  /// The command prefix that the model would like to see allowed from now on.
  std::vector<std::string> prefix_rule{};
  /// Whether the command gets a terminal.
  std::optional<bool> tty{};
  /// Where the command runs.
  std::optional<std::string> workdir{};
  /// How long the runtime waits for output before it answers the model.
  std::optional<std::chrono::milliseconds> yield_time{};
};

/// One answer of the model, put together in the order in which it is streamed:
/// `Reply{}.commentary("Looking.").shell("ls").usage({.input = 11, .output = 7})`.
///
/// It begins with `response.created` and ends with `response.completed`, unless `fail`,
/// `incomplete`, `disconnect` or `http_error` end it otherwise; those come last, and adding to a
/// reply behind them throws `std::logic_error`. A value: copies are independent.
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
  /// A whole message, as a remark on the way.
  Reply& commentary(std::string text);
  /// A whole message, as the answer.
  Reply& final_answer(std::string text);
  /// A whole message, streamed in these pieces.
  Reply& deltas(const std::vector<std::string>& pieces, Phase phase = Phase::none);
  /// A piece of a message that stays open, and goes on with the next `delta`, until the next item
  /// or the end. The piece that begins the message decides its phase.
  Reply& delta(std::string piece, Phase phase = Phase::none);

  /// A reasoning item: a summary of one part, and, when not empty, the content itself.
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

  /// Any other output item, sent as it stands, as `response.output_item.added` and `done`.
  Reply& item(Json item);
  /// Any other event, sent as it stands; its member `type` names it.
  Reply& event(Json event);
  /// These bytes, as they are, in the middle of the event stream.
  Reply& raw(std::string bytes);

  /// Names the item that comes next. Default: msg_1, msg_2, ...; rs_1, ... for reasoning; call_1,
  /// ... (the call id) for tool calls, counted through the life of the mock.
  Reply& id(std::string id);
  /// Default: resp_1, resp_2, ..., counted through the life of the mock.
  Reply& response_id(std::string id);
  /// Default: no tokens at all.
  Reply& usage(const Usage& usage);
  /// Says whether the turn ends with this reply (`end_turn` of `response.completed`); false makes
  /// the runtime ask again in the same turn. Default: not said.
  Reply& end_turn(bool ends);

  /// Holds the stream here until `gate` opens, the client goes away or the mock stops.
  Reply& wait_for(const Gate& gate);
  /// Holds the stream here for this time.
  Reply& delay(std::chrono::milliseconds time);
  /// Leaves this time between any two events.
  Reply& pace(std::chrono::milliseconds time);

  /// Ends with `response.failed`: an error code such as "server_error", "rate_limit_exceeded" or
  /// "context_length_exceeded", and its message.
  Reply& fail(std::string code, std::string message);
  /// Ends with `response.incomplete`, for example for the reason "max_output_tokens".
  Reply& incomplete(std::string reason);
  /// Breaks the connection off here.
  Reply& disconnect();
  /// Answers with this HTTP status instead of a stream. A string body is sent as it stands, any
  /// other as JSON. Stands alone: `std::logic_error` when the reply has content.
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
  /// By lower-cased name; a name that came several times has its values joined by ", ".
  std::map<std::string, std::string> headers;
  /// Null when the body is no JSON.
  Json body;

  /// The texts of the user's messages in `input`, oldest first, those of earlier turns and those
  /// that the runtime adds by itself included.
  [[nodiscard]] std::vector<std::string> user_texts() const;
  /// What the user said last; empty when there is no such message.
  [[nodiscard]] std::string last_user_text() const;
  /// What the model is told about its tool call `call_id`; nothing when that is not in `input`.
  [[nodiscard]] std::optional<std::string> tool_output(const std::string& call_id) const;
};

/// What a `MockModel` writes into its runtime's config.toml.
struct MockModelOptions {
  /// The runtime offers its tools by model. This one is given `exec_command` and `apply_patch`.
  std::string model = "gpt-5.5";
  /// "never" or "on-request". (The runtime takes "untrusted" on the wire only.)
  std::string approval_policy = "never";
  /// "read-only", "workspace-write" or "danger-full-access".
  std::string sandbox_mode = "read-only";
  /// Makes the runtime want a login, whose key it then sends along.
  bool requires_openai_auth = false;
  /// Further settings, a TOML value by its dotted key ("features.goals" = "true"). They replace
  /// the mock's own.
  std::map<std::string, std::string> settings{};
  /// Text that ends config.toml, for whole tables ("[mcp_servers.x]..."). A table that the mock
  /// sets keys of ([features], [analytics], [feedback], [otel]) cannot be opened again here: use
  /// `settings`.
  std::string extra_config{};
};

/// A model for the real runtime that lives in this process: an HTTP server on 127.0.0.1 that speaks
/// the Responses API (`POST /v1/responses` as server-sent events, `GET /v1/models`), says what it
/// was told to say, and records what it was asked.
///
///     codex::testing::MockModel mock;
///     mock.reply("Hello from the mock.");
///     codex::Codex codex(mock.config());
///
/// Replies go out in the order in which they were given, one for each request. It serves at least
/// 64 streams at once. Everything here is thread-safe. Must outlive the `Codex` that uses it.
class MockModel {
 public:
  /// Starts the server on a free port and makes the folders below. Throws `std::runtime_error`
  /// when it cannot.
  explicit MockModel(MockModelOptions options = {});
  MockModel(MockModel&&) noexcept;
  MockModel& operator=(MockModel&&) noexcept;
  /// Stops, and removes the folders. A closed gate or an open stream does not hold it up; a
  /// function given to `on_request` that does not return does.
  ~MockModel();

  /// Adds to the queue of answers.
  void reply(const Reply& reply);
  /// Answers when the queue is empty. Without it that is an HTTP 500, "no queued reply". Called on
  /// a thread of the server, at the same time on several; what it throws becomes an HTTP 500.
  void on_request(std::function<Reply(const ModelRequest&)> answer);
  /// How many answers nobody asked for yet.
  [[nodiscard]] std::size_t pending_replies() const;

  /// The requests to `/v1/responses` so far, oldest first. The 10,001st is refused with an HTTP
  /// 500 instead of recorded.
  [[nodiscard]] std::vector<ModelRequest> requests() const;
  /// A copy of the newest of `requests()`; a loop over a part of it needs it in a variable. Throws
  /// `std::out_of_range` when there is none.
  [[nodiscard]] ModelRequest last_request() const;
  /// All other requests; of those, too, the first 10,000.
  [[nodiscard]] std::vector<ModelRequest> other_requests() const;
  /// Waits until `requests()` has `count` of them. False when `timeout` ran out.
  [[nodiscard]] bool wait_for_requests(std::size_t count,
                                       std::chrono::milliseconds timeout = default_patience) const;

  /// Starts the real runtime on this mock: an environment that keeps it in `codex_home()` and off
  /// the network, and `workspace()` as its working directory. Change what you like.
  /// The runtime is the pinned one, or the binary that the environment variable
  /// CODEX_SDK_TEST_RUNTIME names: to try your tests with another version.
  [[nodiscard]] CodexConfig config() const;

  /// Where the server listens, as "http://127.0.0.1:PORT"; the API lies below "/v1".
  [[nodiscard]] std::string url() const;
  /// The throw-away CODEX_HOME, with the config.toml that `options` asked for.
  [[nodiscard]] std::filesystem::path codex_home() const;
  /// A throw-away folder for the runtime to work in; empty at first.
  [[nodiscard]] std::filesystem::path workspace() const;

  /// Cuts all streams and closes the server for good, as if the model's host had gone down. The
  /// folders stay. Idempotent. Not to be called by the function given to `on_request`.
  void stop() noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace codex::testing
