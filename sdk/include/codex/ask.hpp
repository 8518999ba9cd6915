#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <codex/async/task.hpp>
#include <codex/async/task_scope.hpp>
#include <codex/policies.hpp>

/// Approvals by people who are elsewhere: in a chat, on a web page. Rules decide first; a coroutine
/// asks about the rest, and holds no thread while it waits.
namespace codex::approvals {

namespace detail {
struct AskTerms;
struct DeskState;
struct Question;
}  // namespace detail

/// How `or_ask` asks.
struct AskOptions {
  /// How long to wait for an answer; then the request is declined. Default: until
  /// `CodexConfig::handler_timeout`, which ends every wait: raise it for people who take hours.
  std::optional<std::chrono::milliseconds> deadline = {};
};

/// What `or_ask` returns: rules, and a coroutine for what they have no opinion on. The handler of
/// each kind of approval: `{.command_approval = policy, .file_change_approval = policy}`, or all of
/// them: `config.handlers = policy.handlers()`. A cheap value; may be called on several threads at
/// once.
class AskPolicy {
 public:
  /// Answers as a handler does. Throws what the coroutine throws, and `CancelledError` when the
  /// answer is no longer wanted. Copies what it is given.
  Task<Decision> operator()(const protocol::CommandExecutionRequestApprovalParams& params,
                            const HandlerContext& context = {}) const;
  /// Answers as a handler does.
  Task<Decision> operator()(const protocol::FileChangeRequestApprovalParams& params,
                            const HandlerContext& context = {}) const;
  /// Answers as a handler does.
  Task<Decision> operator()(const protocol::PermissionsRequestApprovalParams& params,
                            const HandlerContext& context = {}) const;
  /// Answers as a handler does.
  Task<Decision> operator()(const protocol::McpServerElicitationRequestParams& params,
                            const HandlerContext& context = {}) const;
  /// Answers as a handler does.
  Task<Decision> operator()(const protocol::ApplyPatchApprovalParams& params,
                            const HandlerContext& context = {}) const;
  /// Answers as a handler does.
  Task<Decision> operator()(const protocol::ExecCommandApprovalParams& params,
                            const HandlerContext& context = {}) const;

  /// Handlers with this policy for every kind of approval, and nothing else.
  [[nodiscard]] Handlers handlers() const;

  /// @cond  for the SDK itself: `or_ask` makes them
  explicit AskPolicy(std::shared_ptr<const detail::AskTerms> terms) noexcept
      : terms_(std::move(terms)) {}
  /// @endcond

 private:
  std::shared_ptr<const detail::AskTerms> terms_;
};

/// Asks the rules; what they have no opinion on, the coroutine:
///
///     auto policy = codex::approvals::or_ask(
///         rules,
///         [&](const codex::approvals::Request& request) -> codex::Task<codex::approvals::Decision>
///         {
///           const bool yes = co_await chat.ask(request.context.thread_id, text_for(request));
///           co_return yes ? codex::approvals::accept() : codex::approvals::decline();
///         },
///         {.deadline = 10min});
///
/// The request, a copy, lives as long as the coroutine. The coroutine runs where coroutine handlers
/// run: on the executor of `AsyncCodex`, else on threads of the SDK; the rules run there, too. Many
/// may wait at once.
///
/// Without an answer the request is declined: after the deadline, if the coroutine throws
/// (`Handlers::on_problem` is told, as of any handler), and when nobody wants the answer any more
/// (the turn has ended, another client has answered, the client closes). Each of these, the
/// deadline too, triggers `request.context.stop` and the coroutine's own stop token, so that every
/// awaited call of the SDK ends. Whatever the coroutine returns later is ignored.
[[nodiscard]] AskPolicy or_ask(Policy rules, std::function<Task<Decision>(const Request&)> ask,
                               AskOptions options = {});

/// An approval that waits at a `Desk` for its answer. Store it, pass it to another thread, answer
/// it hours later, or keep only its id. A cheap value: copies are the same question. Thread-safe.
class PendingApproval {
 public:
  /// Its id, for `Desk::answer`. No other question has it, not even after a restart of the program:
  /// a late click on an old message answers nothing.
  [[nodiscard]] const std::string& id() const noexcept;
  /// What is asked. A copy, which lives as long as this object or a copy of it.
  [[nodiscard]] const Request& request() const noexcept;
  /// When it was asked.
  [[nodiscard]] std::chrono::system_clock::time_point asked_at() const noexcept;
  /// Whether it still waits.
  [[nodiscard]] bool is_open() const;
  /// As `Desk::answer`.
  bool answer(Decision decision) const;

  /// @cond  for the SDK itself
  explicit PendingApproval(std::shared_ptr<detail::Question> question) noexcept
      : question_(std::move(question)) {}
  /// @endcond

 private:
  std::shared_ptr<detail::Question> question_;
};

/// What a `Desk` takes, and whom it tells.
struct DeskOptions {
  /// How many questions may wait at once. What comes beyond is declined.
  std::size_t max_pending = 100;
  /// Called with each new question, to tell people about it; it may answer at once. Runs where the
  /// coroutines of `or_ask` run, several at once: do not block. If it throws, the request is
  /// declined and `Handlers::on_problem` is told.
  std::function<void(const PendingApproval&)> on_question = {};
};

/// A desk where approvals wait until some other part of the program answers them by id:
///
///     codex::approvals::Desk desk({.on_question = [&](const auto& asked) { chat.post(asked); }});
///     config.handlers = codex::approvals::or_ask(rules, desk, {.deadline = 8h}).handlers();
///     config.handler_timeout = 8h;
///     ...
///     desk.answer(id, codex::approvals::accept());  // when a person clicks
///
/// A question leaves the desk with its answer, at its deadline, and when nobody wants the answer
/// any more. Thread-safe. It may end before or after the clients that use it; with it, all that
/// waits is declined, and so is what comes later.
class Desk {
 public:
  /// An empty desk.
  explicit Desk(DeskOptions options = {});
  Desk(const Desk&) = delete;
  Desk(Desk&&) = delete;
  Desk& operator=(const Desk&) = delete;
  Desk& operator=(Desk&&) = delete;
  /// Declines what waits.
  ~Desk();

  /// What waits, oldest first.
  [[nodiscard]] std::vector<PendingApproval> pending() const;
  /// The question with this id; nothing if it does not wait.
  [[nodiscard]] std::optional<PendingApproval> find(std::string_view id) const;
  /// Answers the question with this id. False if it does not wait: it was answered, its time is up,
  /// or the turn has ended. If true, the answer is on its way; should the turn
  /// end at this moment, the runtime ignores it.
  bool answer(std::string_view id, Decision decision);

  /// Asks at this desk, for a coroutine of your own in `or_ask`. Copies the request. Declines if
  /// the desk is full or has ended. Throws `CancelledError` when it is stopped.
  [[nodiscard]] Task<Decision> ask(const Request& request) const;

 private:
  friend AskPolicy or_ask(Policy rules, const Desk& desk, AskOptions options);
  std::shared_ptr<detail::DeskState> state_;
};

/// Asks the rules; what they have no opinion on waits at the desk. The desk need not outlive the
/// policy.
[[nodiscard]] AskPolicy or_ask(Policy rules, const Desk& desk, AskOptions options = {});

}  // namespace codex::approvals
