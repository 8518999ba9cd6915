#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <codex/config.hpp>
#include <codex/protocol/support/json.hpp>
#include <codex/testing/gate.hpp>

namespace codex::testing {

namespace detail {
struct Steps;
}

/// How a `ScriptedServer` answers a message: a sequence of steps.
/// `Answer{}.notify("turn/started", {...}).result({...})`. While an answer waits (for a gate, a
/// delay, the client), others continue. A value: copies are independent.
///
/// In all messages the strings "$thread" and "$turn" stand for the ids of the request's thread and
/// of its turn (the one that this answer began, or the request names, or was the last), and "$id"
/// for that of the request.
class Answer {
 public:
  Answer();
  Answer(const Answer& other);
  Answer& operator=(const Answer& other);
  ~Answer();

  /// Answers the request. Used twice it sends two responses, which is one of the faults.
  Answer& result(Json result = Json::object());
  /// Refuses the request.
  Answer& error(std::int64_t code, std::string message, Json data = nullptr);
  /// Sends a notification.
  Answer& notify(std::string method, Json params = Json::object());
  /// Sends the client a request and continues when it has answered, whatever the answer.
  Answer& ask(std::string method, Json params = Json::object());
  /// The same; an answer whose `result` is not `expected` becomes one of the server's `problems()`.
  Answer& ask(std::string method, Json params, Json expected);

  /// Continues with the steps of another answer.
  Answer& then(const Answer& other);

  /// A whole turn for a `turn/start`: `begin_turn().say(text).end_turn()`.
  Answer& turn(std::string text);
  /// The response to `turn/start`, and `turn/started`.
  Answer& begin_turn();
  /// A message of the agent: `item/started`, one delta, `item/completed`.
  Answer& say(std::string text);
  /// The same with a delta for each piece.
  Answer& say_deltas(std::vector<std::string> pieces);
  /// `turn/completed`, with status "completed", "interrupted" or "failed".
  Answer& end_turn(std::string status = "completed");

  /// Continues when `gate` opens.
  Answer& wait_for(Gate gate);
  /// Continues after this time.
  Answer& delay(std::chrono::milliseconds time);

  /// Sends any message unchanged: `{{"id", 99}, {"result", 1}}` answers no request.
  Answer& message(Json message);
  /// Writes these bytes unchanged: garbage, or half a line.
  Answer& raw(std::string bytes);
  /// Writes the next message in pieces, cut at these offsets, with a short pause between them.
  Answer& split_at(std::vector<std::size_t> offsets);
  /// Sends this notification `count` times.
  Answer& flood(std::size_t count, std::string method, Json params = Json::object());
  /// Writes this many bytes of a line that does not end.
  Answer& endless_line(std::size_t bytes);
  /// Writes text to stderr.
  Answer& log(std::string text);

  /// Stops responding to everything. The client can still close it.
  Answer& stall();
  /// Exits neither at the end of stdin nor at SIGTERM.
  Answer& ignore_shutdown();
  /// Closes stdout, and keeps running.
  Answer& close_stdout();
  /// Closes stdin, and keeps running.
  Answer& close_stdin();
  /// Exits with this code.
  Answer& exit(int code = 0);
  /// Dies by this signal. On Windows it exits with 128 and its number.
  Answer& die(int signal);
  /// Exits with this code after this many more bytes of output, even in the middle of a message.
  Answer& exit_after(std::size_t bytes, int code = 0);

 private:
  friend struct detail::Steps;
  std::unique_ptr<detail::Steps> steps_;
};

/// A request or notification of the client as it reached the server.
struct ScriptedRequest {
  /// The wire method.
  std::string method;
  /// Null when there were none.
  Json params;
  /// Null for a notification.
  Json id;
};

/// A fake app-server for tests without the runtime: it plays a script or a recording, including
/// faults.
///
///     codex::testing::ScriptedServer server;
///     server.on("turn/start", codex::testing::Answer{}.turn("Hello."));
///     codex::Codex codex(server.config());
///     codex.thread_start().run("Hi").final_response;  // "Hello."
///
/// By default it answers only `initialize` and `thread/start`; it refuses any other request without
/// a script with -32601 and adds it to its `problems()`. Everything here is thread-safe. Any number
/// of clients may use one server. Must outlive them.
class ScriptedServer {
 public:
  /// Makes an answer from the params.
  using AnswerFunction = std::function<Answer(const Json& params)>;
  /// Whether an answer is for these params.
  using Predicate = std::function<bool(const Json& params)>;

  ScriptedServer();
  ScriptedServer(ScriptedServer&&) noexcept;
  ScriptedServer& operator=(ScriptedServer&&) noexcept;
  /// Ends all conversations.
  ~ScriptedServer();

  /// Sets the answer to each message with this method, a request or a notification (which takes no
  /// result). The first answer that was set counts, until it is used up. Functions run on threads
  /// of the server; one that throws refuses the request.
  void on(std::string method, Answer answer);
  /// As above, with an answer that is made on demand.
  void on(std::string method, AnswerFunction answer);
  /// As above, only for matching requests.
  void on(std::string method, Predicate predicate, Answer answer);
  /// The same, but only once: several of these make a sequence.
  void once(std::string method, Answer answer);

  /// Plays a recording in the format of `CodexConfig::wire_log`. Its messages are sent in order,
  /// each as soon as the client has sent what preceded it in the recording. Requests are matched by
  /// method, among equal ones by params or thread, and answered with the client's own ids. A
  /// request that is not recorded is refused, unless `on` answers it. In a file of several sessions
  /// (one for each `initialize`) each client gets the next one, in turn. Throws std::runtime_error
  /// if the file cannot be read or has a line that is not from a recording.
  void play(const std::filesystem::path& recording);

  /// Starts a child process that follows this server's script: a helper, `codex-scripted-server`,
  /// which connects its standard streams to the script. Change what you like. Throws
  /// std::runtime_error if the helper is missing or the server cannot listen.
  [[nodiscard]] CodexConfig config();
  /// Talks to this server within this process; nothing is started. Steps that need a process are
  /// imitated: `die` only reports the signal, `ignore_shutdown` does nothing.
  [[nodiscard]] CodexConfig memory_config();

  /// The messages that clients sent, oldest first, with this method or any; without responses. The
  /// first 10,000 are kept.
  [[nodiscard]] std::vector<ScriptedRequest> requests(std::string_view method = {}) const;
  /// Waits until `requests(method)` has `count` of them. False on timeout.
  [[nodiscard]] bool wait_for_requests(std::string_view method, std::size_t count = 1,
                                       std::chrono::milliseconds timeout = default_patience) const;
  /// Deviations from the script, for people; empty if there are none.
  [[nodiscard]] std::vector<std::string> problems() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace codex::testing
