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

/// What a `ScriptedServer` does when it is asked something: steps, taken one after the other.
/// `Answer{}.notify("turn/started", {...}).result({...})`. While an answer waits (for a gate, a
/// delay, the client), others go on. A value: copies are independent.
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

  /// Answers the request. Twice gives two answers, which is one of the faults.
  Answer& result(Json result = Json::object());
  /// Refuses the request.
  Answer& error(std::int64_t code, std::string message, Json data = nullptr);
  /// Sends a notification.
  Answer& notify(std::string method, Json params = Json::object());
  /// Asks the client something and goes on when it has answered, whatever it answers.
  Answer& ask(std::string method, Json params = Json::object());
  /// The same; an answer whose `result` is not `expected` becomes one of the server's `problems()`.
  Answer& ask(std::string method, Json params, Json expected);

  /// Goes on with the steps of another one.
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

  /// Goes on when `gate` opens.
  Answer& wait_for(Gate gate);
  /// Goes on after this time.
  Answer& delay(std::chrono::milliseconds time);

  /// Any message, as it stands: `{{"id", 99}, {"result", 1}}` answers nobody.
  Answer& message(Json message);
  /// These bytes, as they are: garbage, or half a line.
  Answer& raw(std::string bytes);
  /// Writes the next message in pieces, cut at these offsets, with a moment in between.
  Answer& split_at(std::vector<std::size_t> offsets);
  /// This notification, so many times.
  Answer& flood(std::size_t count, std::string method, Json params = Json::object());
  /// So many bytes of a line that does not end.
  Answer& endless_line(std::size_t bytes);
  /// Text on stderr.
  Answer& log(std::string text);

  /// Says nothing more, whatever comes. The client can still close it.
  Answer& stall();
  /// Ends neither when its stdin ends nor at SIGTERM.
  Answer& ignore_shutdown();
  /// Closes stdout, and lives on.
  Answer& close_stdout();
  /// Closes stdin, and lives on.
  Answer& close_stdin();
  /// Ends with this exit code.
  Answer& exit(int code = 0);
  /// Ends by this signal.
  Answer& die(int signal);
  /// Ends with this exit code when it has written so many more bytes, in the middle of a message
  /// or not.
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

/// A fake app-server for tests that want no runtime: it plays a script or a recording, faults
/// included.
///
///     codex::testing::ScriptedServer server;
///     server.on("turn/start", codex::testing::Answer{}.turn("Hello."));
///     codex::Codex codex(server.config());
///     codex.thread_start().run("Hi").final_response;  // "Hello."
///
/// By itself it answers `initialize` and `thread/start`, no more; any other request that nothing is
/// said for is refused with -32601 and becomes one of its `problems()`. Everything here is
/// thread-safe. Any number of clients may use one server. Must outlive them.
class ScriptedServer {
 public:
  /// Makes an answer from what was asked.
  using AnswerFunction = std::function<Answer(const Json& params)>;
  /// Whether an answer is meant for what was asked.
  using Predicate = std::function<bool(const Json& params)>;

  ScriptedServer();
  ScriptedServer(ScriptedServer&&) noexcept;
  ScriptedServer& operator=(ScriptedServer&&) noexcept;
  /// Ends all conversations.
  ~ScriptedServer();

  /// What to do whenever the client sends this method, a request or a notification (then there is
  /// nothing to give a result to). What was said first counts, as long as it is not used up. The
  /// functions run on threads of the server; one that throws refuses the request.
  void on(std::string method, Answer answer);
  /// As above, with an answer that is made when it is asked for.
  void on(std::string method, AnswerFunction answer);
  /// As above, for the requests that fit.
  void on(std::string method, Predicate predicate, Answer answer);
  /// The same for one time only: several of these make a sequence.
  void once(std::string method, Answer answer);

  /// Plays a recording: what `CodexConfig::wire_log` wrote, or the like. Its messages go out in
  /// their order, each as soon as the client has sent what it had sent before it; requests are
  /// recognised by method, among equal ones by params or thread, and answered with the client's own
  /// ids. A request that is not recorded is refused; one that `on` knows is answered by that. A
  /// file of several sessions (one for each `initialize`) gives each client the next one, in turn.
  /// Throws std::runtime_error when it cannot be read or has a line that is none of a recording.
  void play(const std::filesystem::path& recording);

  /// Starts a child process that behaves as this server says: a helper, `codex-scripted-server`,
  /// whose standard streams are those of the script. Change what you like. Throws
  /// std::runtime_error when it cannot be offered.
  [[nodiscard]] CodexConfig config();
  /// Talks to this server within this process; nothing is started. What only a process can do
  /// (`ignore_shutdown`, ending by a signal) is told but not done.
  [[nodiscard]] CodexConfig memory_config();

  /// What clients have sent, oldest first, of this method or of any; answers are not among them.
  /// The first 10,000 are kept.
  [[nodiscard]] std::vector<ScriptedRequest> requests(std::string_view method = {}) const;
  /// Waits until `requests(method)` has `count` of them. False when `timeout` ran out.
  [[nodiscard]] bool wait_for_requests(std::string_view method, std::size_t count = 1,
                                       std::chrono::milliseconds timeout = default_patience) const;
  /// What did not go as scripted, for people; empty when all is well.
  [[nodiscard]] std::vector<std::string> problems() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace codex::testing
