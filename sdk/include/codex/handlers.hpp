#pragma once

#include <concepts>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <codex/async/fwd.hpp>
#include <codex/decode_named.hpp>
#include <codex/notification.hpp>
#include <codex/stop_token.hpp>

namespace codex {

class Thread;
struct HandlerContext;

// To handle a request, include its family: <codex/protocol/everyday.hpp>, mcp_server.hpp,
// attestation.hpp and so on.
namespace protocol {
struct FileUpdateChange;
struct ThreadItem;
namespace server_requests {
struct AccountChatgptAuthTokensRefresh;
struct ApplyPatchApproval;
struct AttestationGenerate;
struct CurrentTimeRead;
struct ExecCommandApproval;
struct ItemCommandExecutionRequestApproval;
struct ItemFileChangeRequestApproval;
struct ItemPermissionsRequestApproval;
struct ItemToolCall;
struct ItemToolRequestUserInput;
struct McpServerElicitationRequest;
}  // namespace server_requests
}  // namespace protocol

namespace detail {

class AgentReach;
class AnswerTerms;
class Client;

/// Takes a handler's answer, once.
class HandlerReply {
 public:
  HandlerReply() = default;
  virtual ~HandlerReply() = default;
  HandlerReply(const HandlerReply&) = delete;
  HandlerReply(HandlerReply&&) = delete;
  HandlerReply& operator=(const HandlerReply&) = delete;
  HandlerReply& operator=(HandlerReply&&) = delete;

  /// The response as JSON text.
  virtual void answer(std::string response) = 0;
  virtual void fail(std::exception_ptr error) = 0;
};

/// A type-erased handler. It fails by throwing.
class HandlerBody : public std::enable_shared_from_this<HandlerBody> {
 public:
  HandlerBody() = default;
  virtual ~HandlerBody() = default;
  HandlerBody(const HandlerBody&) = delete;
  HandlerBody(HandlerBody&&) = delete;
  HandlerBody& operator=(const HandlerBody&) = delete;
  HandlerBody& operator=(HandlerBody&&) = delete;

  /// Starts to answer; `params` is JSON text that lives until this returns.
  virtual void start(std::string_view params, const HandlerContext& context,
                     std::shared_ptr<HandlerReply> reply) = 0;
};

/// Replies with what `make` returns, or with the error that it throws.
template <class Make>
void answer_with(HandlerReply& reply, const std::exception_ptr& error, Make make) noexcept {
  try {
    if (error) return reply.fail(error);
    reply.answer(make());
  } catch (...) {
    try {
      reply.fail(std::current_exception());
    } catch (...) {  // NOLINT(bugprone-empty-catch): it cannot be sent; its deadline ends it
    }
  }
}

template <class R>
class TypedHandlerBody : public HandlerBody {
 public:
  virtual typename R::Response call(const typename R::Params& params,
                                    const HandlerContext& context) = 0;

  void start(std::string_view params, const HandlerContext& context,
             std::shared_ptr<HandlerReply> reply) override {
    const auto typed = decode_asked<typename R::Params>(R::method, params);
    reply->answer(protocol::encode(call(typed, context)));
  }
};

/// Calls the callable, with the context if it takes one.
template <class F, class... Args>
decltype(auto) call_handler(F& callable, const HandlerContext& context, const Args&... args) {
  if constexpr (std::invocable<F&, const Args&..., const HandlerContext&>) {
    return callable(args..., context);
  } else {
    return callable(args...);
  }
}

/// Whether the request's type is complete.
template <class R>
concept IsIncluded = requires { sizeof(R); };

template <class F, class... Args>
concept HandlerCallable =
    std::invocable<F&, const Args&..., const HandlerContext&> || std::invocable<F&, const Args&...>;

template <class F, class... Args>
using HandlerResult = decltype(call_handler(
    std::declval<F&>(), std::declval<const HandlerContext&>(), std::declval<const Args&>()...));

/// A result that becomes a response with the params, such as `approvals::Decision`.
template <class Result, class R>
concept AnswersFor = requires(const Result& result, const typename R::Params& params) {
  { result.answer(params) } -> std::convertible_to<typename R::Response>;
};

/// The response itself. `Json` is excluded: it converts to anything, and so to the wrong response.
template <class Result, class R>
concept RespondsTo = !std::same_as<std::remove_cvref_t<Result>, Json> &&
                     std::convertible_to<Result, typename R::Response>;

/// The request types that a decision of `codex::approvals` answers.
template <class R>
concept AsksForApproval =
    std::same_as<R, protocol::server_requests::ApplyPatchApproval> ||
    std::same_as<R, protocol::server_requests::ExecCommandApproval> ||
    std::same_as<R, protocol::server_requests::ItemCommandExecutionRequestApproval> ||
    std::same_as<R, protocol::server_requests::ItemFileChangeRequestApproval> ||
    std::same_as<R, protocol::server_requests::ItemPermissionsRequestApproval> ||
    std::same_as<R, protocol::server_requests::McpServerElicitationRequest>;

/// Says what a handler of this request returns if it does not.
template <bool Answers, class R>
constexpr void check_answer() {
  if constexpr (AsksForApproval<R>) {
    static_assert(Answers,
                  "a handler returns the response of its own request: for an approval, a decision "
                  "such as codex::approvals::accept() or codex::approvals::decline()");
  } else if constexpr (std::same_as<R, protocol::server_requests::ItemToolRequestUserInput>) {
    static_assert(Answers,
                  "a handler returns the response of its own request: for user_input, a "
                  "codex::Answers");
  } else if constexpr (std::same_as<R, protocol::server_requests::ItemToolCall>) {
    static_assert(Answers,
                  "a handler returns the response of its own request: for tool_call, a "
                  "codex::protocol::DynamicToolCallResponse. codex::tool() makes tools of "
                  "functions, which need no handler");
  } else {
    static_assert(Answers,
                  "a handler returns the response of its own request: the struct Response of its "
                  "type in codex::protocol::server_requests");
  }
}

/// Converts a handler's result to the response.
template <class R, class Result>
typename R::Response response_of(Result&& result, const typename R::Params& params) {
  if constexpr (RespondsTo<Result, R>) {
    return std::forward<Result>(result);
  } else {
    return result.answer(params);
  }
}

template <class R, class F>
class CallableHandlerBody final : public TypedHandlerBody<R> {
 public:
  template <class G>
  explicit CallableHandlerBody(G&& callable) : callable_(std::forward<G>(callable)) {}

  typename R::Response call(const typename R::Params& params,
                            const HandlerContext& context) override {
    return response_of<R>(call_handler(callable_, context, params), params);
  }

 private:
  F callable_;
};

/// Runs a coroutine's task on the context's executor, and calls
/// `done(std::exception_ptr, std::optional<T>)` when it ends.
template <class T, class Done>
void run_for_handler(Task<T> task, const HandlerContext& context, Done done);

/// A coroutine: it holds no thread while it waits.
template <class R, class F>
class TaskHandlerBody final : public TypedHandlerBody<R> {
 public:
  template <class G>
  explicit TaskHandlerBody(G&& callable) : callable_(std::forward<G>(callable)) {}

  typename R::Response call(const typename R::Params& params,
                            const HandlerContext& context) override {
    return response_of<R>(sync_wait(call_handler(callable_, context, params)), params);
  }

  void start(std::string_view params, const HandlerContext& context,
             std::shared_ptr<HandlerReply> reply) override;

 private:
  F callable_;
};

template <class F>
class OtherHandlerBody final : public HandlerBody {
 public:
  template <class G>
  explicit OtherHandlerBody(G&& callable) : callable_(std::forward<G>(callable)) {}

  void start(std::string_view params, const HandlerContext& context,
             std::shared_ptr<HandlerReply> reply) override;

 private:
  F callable_;
};

Json parse_params(std::string_view params);
std::string dump_response(const Json& response);

/// An empty `std::function` or function pointer is a handler that is not set.
template <class F>
bool is_unset(const F& callable) {
  if constexpr (std::is_pointer_v<F> ||
                (std::constructible_from<F, std::nullptr_t> && requires { callable == nullptr; })) {
    return callable == nullptr;
  } else {
    return false;
  }
}

struct OriginParts {
  std::weak_ptr<Client> client{};
  /// Where a coroutine handler runs: the executor of `AsyncCodex`. None: on threads of the SDK.
  std::shared_ptr<const Executor> executor{};
  std::shared_ptr<const AgentReach> reach{};  // where the client's agents can write
  std::shared_ptr<AnswerTerms> terms{};       // the conditions of the answer
  std::weak_ptr<HandlerReply> reply{};        // a closing client waits for the end of what holds it
};

/// What the functions of a context know of the client that got the request. Empty in a context that
/// a program made.
class RequestOrigin {
 public:
  friend OriginParts& origin_of(RequestOrigin& origin) noexcept { return origin.parts_; }
  friend const OriginParts& origin_of(const RequestOrigin& origin) noexcept {
    return origin.parts_;
  }

 private:
  OriginParts parts_;
};

}  // namespace detail

/// What a handler knows about the request besides its params.
struct HandlerContext {
  /// The wire method.
  std::string method{};
  /// Triggered when the answer is no longer wanted: another client gave one, the turn ended or was
  /// interrupted, the deadline passed, or the client closes. A later answer is dropped.
  std::stop_token stop{};
  /// The thread and the turn that the request is about; empty when none.
  std::string thread_id{};
  /// The turn; empty when there is none.
  std::string turn_id{};
  /// The `item/started` of the command or the file change that the request is about, if it was
  /// received. Nothing if the model used the item's id for two items of the turn: then it is
  /// unclear which one the request is about.
  std::optional<Notification> item_started{};
  /// What the functions below know of the client. Leave it as it is.
  detail::RequestOrigin origin{};

  /// The thread of the request, to read, steer and interrupt. Throws `CodexError` if the request
  /// names none, `TransportClosedError` if the client is gone. Its calls block: a coroutine handler
  /// should use its `AsyncCodex` instead.
  [[nodiscard]] Thread thread() const;

  /// Asks the runtime to end the turn of the request (`turn/interrupt`). Throws like `thread`, and
  /// the errors of a request.
  void interrupt() const;

  /// The item of `item_started`; nothing if there is none, or if it cannot be decoded.
  [[nodiscard]] std::optional<protocol::ThreadItem> item() const;

  /// The changes that a file change would make, since `item/fileChange/requestApproval` does not
  /// list them. Empty for anything else, and if `item_started` is empty.
  [[nodiscard]] std::vector<protocol::FileUpdateChange> changes() const;

  /// Whether the client's agents can write to this absolute path (UTF-8), or ever could while the
  /// client knew them, links followed: because a sandbox or a grant lets their commands write
  /// there, or because a patch that any handler accepted wrote into that folder or one above it.
  /// What a thread wrote before this client started, resumed or forked it does not count.
  ///
  /// Anything unknown counts as writable: every path, if this client did not start, resume or fork
  /// the thread or its parent thread, or while another such thread works; with the user's own
  /// permission profile; for a client that opted out of the necessary notifications; and in a
  /// context that your program made itself. Thread-safe.
  [[nodiscard]] bool agent_can_write(const std::string& path) const;

  /// The same for the folder and everything below it. A program may also run what it finds above,
  /// next to or outside of its folder (a repository, a workspace, path dependencies): ask for the
  /// whole project, and consider what it uses from elsewhere. Thread-safe.
  [[nodiscard]] bool agent_can_write_below(const std::string& folder) const;

  /// Makes the SDK call `holds` right before it sends a yes: if `holds` returns false or throws,
  /// the request is refused. Answers are sent one after the other, so `holds` must be quick, and
  /// must not wait for another answer. No effect in a context that your program made itself.
  /// Thread-safe.
  void only_if(std::function<bool()> holds) const;
};

/// The function that answers one kind of request, `R` of `codex::protocol::server_requests`. Made
/// from anything that can be called with `(const R::Params&)` or `(const R::Params&, const
/// HandlerContext&)` and returns an `R::Response`, or a value that converts to one, such as those
/// of `codex::approvals`, or, as a coroutine, a `codex::Task` of either. Copies share the callable,
/// which may be called on several threads at once.
template <class R>
class Handler {
 public:
  /// Not set.
  Handler() noexcept = default;
  /// Not set.
  Handler(std::nullptr_t) noexcept {}

  /// From a callable as described above.
  template <class F>
    requires(!std::same_as<std::remove_cvref_t<F>, Handler>)
  Handler(F&& callable) {
    using Callable = std::decay_t<F>;
    static_assert(detail::IsIncluded<R>,
                  "Include the header of the request that this handler answers: "
                  "<codex/protocol/mcp_server.hpp> for elicitation, .../attestation.hpp for "
                  "attestation, .../current_time.hpp for current_time, .../session.hpp for "
                  "apply_patch_approval and exec_command_approval.");
    if constexpr (!detail::IsIncluded<R>) {
      return;
    } else if constexpr (!detail::HandlerCallable<Callable, typename R::Params>) {
      static_assert(detail::HandlerCallable<Callable, typename R::Params>,
                    "a handler takes the params of its own request, (const Params&) or "
                    "(const Params&, const HandlerContext&)");
    } else {
      using Returned = detail::HandlerResult<Callable, typename R::Params>;
      using Result = detail::AwaitedValue<Returned>;
      constexpr bool answers =
          detail::RespondsTo<Result, R> || detail::AnswersFor<std::remove_cvref_t<Result>, R>;
      detail::check_answer<answers, R>();
      if constexpr (answers) {
        if (detail::is_unset(callable)) return;
        using Body =
            std::conditional_t<detail::is_task<Returned>, detail::TaskHandlerBody<R, Callable>,
                               detail::CallableHandlerBody<R, Callable>>;
        body_ = std::make_shared<Body>(std::forward<F>(callable));
      }
    }
  }

  /// Whether it is set.
  explicit operator bool() const noexcept { return body_ != nullptr; }

  /// Calls it on this thread, for handlers that are built from others. Throws what the callable
  /// throws; undefined if it is not set.
  template <class Request = R>
  typename Request::Response operator()(const typename Request::Params& params,
                                        const HandlerContext& context = {}) const {
    return static_cast<detail::TypedHandlerBody<Request>&>(*body_).call(params, context);
  }

  /// @cond  for the SDK itself
  friend const std::shared_ptr<detail::HandlerBody>& body_of(const Handler& handler) noexcept {
    return handler.body_;
  }
  /// @endcond

 private:
  std::shared_ptr<detail::HandlerBody> body_;
};

/// The function that answers requests unknown to this version of the SDK: anything that can be
/// called with `(const std::string& method, const Json& params)`, optionally followed by a
/// `const HandlerContext&`, and returns the result as `Json`, or as a `codex::Task<Json>`.
class OtherHandler {
 public:
  /// Not set.
  OtherHandler() noexcept = default;
  /// Not set.
  OtherHandler(std::nullptr_t) noexcept {}

  /// From a callable as described above.
  template <class F>
    requires(!std::same_as<std::remove_cvref_t<F>, OtherHandler>)
  OtherHandler(F&& callable) {
    static_assert(detail::HandlerCallable<std::decay_t<F>, std::string, Json>,
                  "the handler of other requests takes (const std::string& method, const Json& "
                  "params), or these and a const HandlerContext&, and returns a Json");
    if (detail::is_unset(callable)) return;
    body_ = std::make_shared<detail::OtherHandlerBody<std::decay_t<F>>>(std::forward<F>(callable));
  }

  /// Whether it is set.
  explicit operator bool() const noexcept { return body_ != nullptr; }

  /// @cond  for the SDK itself
  friend const std::shared_ptr<detail::HandlerBody>& body_of(const OtherHandler& handler) noexcept {
    return handler.body_;
  }
  /// @endcond

 private:
  std::shared_ptr<detail::HandlerBody> body_;
};

/// A request of the server was refused because something went wrong.
struct HandlerProblem {
  /// What went wrong.
  enum class Kind : std::uint8_t {
    threw,        ///< The handler threw, or its answer cannot be sent; see `error`.
    unreadable,   ///< The params, or a part of them, do not fit their type; `error` says where. No
                  ///< handler was called.
    too_slow,     ///< There was no answer within `CodexConfig::handler_timeout`.
    not_set,      ///< There is no handler for it.
    thread_gone,  ///< The thread was archived, deleted or closed before the answer.
    overloaded,   ///< Too many requests waited for a handler. None was called.
    exceeded,     ///< More permissions were granted than requested; the excess was left out.
    left_behind,  ///< The handler outlasted `Codex::close`, which did not wait for it any longer.
  };

  /// What went wrong.
  Kind kind = Kind::threw;
  /// The request's wire method, thread and turn, the latter two empty when it has none.
  std::string method{};
  /// The request's thread; empty when it has none.
  std::string thread_id{};
  /// The turn; empty when there is none.
  std::string turn_id{};
  /// For people; secrets are masked.
  std::string message{};
  /// The exception, if any; its text is unmasked.
  std::exception_ptr error{};
};

/// Answers to the runtime's requests to its client, an aggregate for designated initialisers. A
/// request without a handler is refused in a form that the runtime understands, so that the turn
/// continues; so is one whose handler throws, or does not answer within
/// `CodexConfig::handler_timeout`.
///
/// Handlers run concurrently on threads of the SDK, and may take their time: turns and other
/// requests continue. They may call the SDK, even to run another turn or to close the client.
/// `HandlerContext::stop` is triggered when the answer is no longer wanted.
struct Handlers {
  /// A command wants to run (`item/commandExecution/requestApproval`).
  Handler<protocol::server_requests::ItemCommandExecutionRequestApproval> command_approval{};
  /// A patch wants to be applied (`item/fileChange/requestApproval`); see
  /// `HandlerContext::changes`.
  Handler<protocol::server_requests::ItemFileChangeRequestApproval> file_change_approval{};
  /// The agent wants more permissions (`item/permissions/requestApproval`). A handler cannot grant
  /// more than requested: see `HandlerProblem::Kind::exceeded`.
  Handler<protocol::server_requests::ItemPermissionsRequestApproval> permissions_approval{};
  /// The agent asks the user (`item/tool/requestUserInput`).
  Handler<protocol::server_requests::ItemToolRequestUserInput> user_input{};
  /// An MCP server asks the user, or one of its tools wants to run
  /// (`mcpServer/elicitation/request`).
  Handler<protocol::server_requests::McpServerElicitationRequest> elicitation{};
  /// The agent calls a tool of the client (`item/tool/call`).
  Handler<protocol::server_requests::ItemToolCall> tool_call{};
  /// The runtime wants fresh tokens of a ChatGPT login that the client manages
  /// (`account/chatgptAuthTokens/refresh`).
  Handler<protocol::server_requests::AccountChatgptAuthTokensRefresh> auth_tokens_refresh{};
  /// The runtime wants an attestation of the client (`attestation/generate`).
  Handler<protocol::server_requests::AttestationGenerate> attestation{};
  /// The runtime wants to know the client's time (`currentTime/read`).
  Handler<protocol::server_requests::CurrentTimeRead> current_time{};
  /// As `file_change_approval`, of older runtimes (`applyPatchApproval`).
  Handler<protocol::server_requests::ApplyPatchApproval> apply_patch_approval{};
  /// As `command_approval`, of older runtimes (`execCommandApproval`).
  Handler<protocol::server_requests::ExecCommandApproval> exec_command_approval{};
  /// Requests that this version of the SDK does not know. Not set: they get the error -32601.
  OtherHandler other{};

  /// Called when something went wrong, on a thread of the SDK, one problem at a time. Exceptions
  /// from it are ignored.
  std::function<void(const HandlerProblem&)> on_problem{};
};

template <class T, class Done>
void detail::run_for_handler(Task<T> task, const HandlerContext& context, Done done) {
  const auto& executor = origin_of(context.origin).executor;
  if (!executor) return detach(std::move(task), std::move(done), Executor(), context.stop);
  detach(std::move(task).on(*executor), std::move(done), *executor, context.stop);
}

template <class R, class F>
void detail::TaskHandlerBody<R, F>::start(std::string_view params, const HandlerContext& context,
                                          std::shared_ptr<HandlerReply> reply) {
  // The coroutine may refer to all of them. The reply is destroyed last: a closing client waits
  // only for that, and by then the app's objects must be released.
  struct Call {
    std::shared_ptr<HandlerReply> reply;
    std::shared_ptr<HandlerBody> body;
    typename R::Params params;
    HandlerContext context;
  };
  const auto state = std::make_shared<const Call>(
      Call{std::move(reply), this->shared_from_this(),
           decode_asked<typename R::Params>(R::method, params), context});
  run_for_handler(call_handler(callable_, state->context, state->params), state->context,
                  [state](std::exception_ptr error, auto result) {
                    answer_with(*state->reply, error, [&] {
                      return protocol::encode(response_of<R>(*std::move(result), state->params));
                    });
                  });
}

template <class F>
void detail::OtherHandlerBody<F>::start(std::string_view params, const HandlerContext& context,
                                        std::shared_ptr<HandlerReply> reply) {
  struct Call {
    std::shared_ptr<HandlerReply> reply;  // destroyed last, as above
    std::shared_ptr<HandlerBody> body;
    Json params;
    HandlerContext context;
  };
  const auto state = std::make_shared<const Call>(
      Call{std::move(reply), shared_from_this(), parse_params(params), context});
  const HandlerContext& kept = state->context;
  if constexpr (is_task<HandlerResult<F, std::string, Json>>) {
    run_for_handler(call_handler(callable_, kept, kept.method, state->params), kept,
                    [state](std::exception_ptr error, auto result) {
                      answer_with(*state->reply, error, [&] { return dump_response(*result); });
                    });
  } else {
    state->reply->answer(dump_response(call_handler(callable_, kept, kept.method, state->params)));
  }
}

}  // namespace codex
