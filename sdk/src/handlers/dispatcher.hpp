#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <codex/config.hpp>

#include "connection/connection.hpp"
#include "handlers/agent_reach.hpp"
#include "handlers/answer_terms.hpp"
#include "handlers/handler_book.hpp"
#include "handlers/request_kinds.hpp"
#include "handlers/request_record.hpp"
#include "handlers/started_items.hpp"
#include "handlers/worker_pool.hpp"
#include "runtime/runtime_support.hpp"

namespace codex::detail {

/// Has the requests of the server answered: brings each to its handler, on a thread of its own, and
/// sees to it that there is an answer in time, a refusal if there is no other. Thread-safe.
class Dispatcher : public std::enable_shared_from_this<Dispatcher> {
 public:
  /// How many handlers run at once, and how many requests wait for that. Past it they are refused.
  static constexpr std::size_t max_running = 16;
  static constexpr std::size_t max_waiting = 256;
  /// What all of these requests may hold, with those whose handler goes on after the answer.
  static constexpr std::size_t default_max_bytes = std::size_t{256} * 1024 * 1024;

  /// `timeout`: from the request to its answer, waiting included. `unhandled`: what becomes of
  /// requests without a handler.
  Dispatcher(Handlers handlers, std::chrono::milliseconds timeout,
             std::shared_ptr<AgentReach> reach, Unhandled unhandled = Unhandled::refuse,
             std::size_t max_bytes = default_max_bytes);

  /// Where answers go, and whom the handlers' contexts name. Until then all is refused.
  void attach(std::weak_ptr<Connection> connection, std::weak_ptr<Client> client,
              std::shared_ptr<const Executor> executor);

  /// From now on answers are of the shape that this runtime understands.
  void speak_to(const RuntimeSupport& runtime) noexcept;

  /// Takes a request of the server. One that the runtime repeats, as it does after each
  /// `thread/resume`, reaches its handler once and is answered once. I/O thread.
  void take(Connection& connection, ServerRequest request);

  /// Sees a notification, for what it means for requests that wait. I/O thread.
  void see(const std::shared_ptr<const Message>& notification);

  [[nodiscard]] HandlerBook& book() noexcept { return book_; }

  /// What the agents can write.
  [[nodiscard]] AgentReach& reach() noexcept { return *reach_; }

  /// The connection is lost: cancels all requests, and takes no more. I/O thread.
  void end();

  /// The same, on this thread, which is not the I/O thread.
  void stop() noexcept;

  /// The connection was cut, and is made again: handlers go on. I/O thread.
  void note_cut();

  /// The runtime has asked again for what it still wants to know of this thread: the rest was
  /// answered by others, or is gone. I/O thread.
  void note_asked_again(std::string_view thread_id);

  /// Nothing more comes of this turn. I/O thread.
  void end_turn(std::string_view turn_id);

  /// From now on the app is told when the connection is lost. Before that, the start throws.
  void tell_of_end(std::function<void(const ConnectionChange&)> on_connection);

  /// Tells the app what became of the connection, where problems are told. I/O thread.
  void tell(ConnectionState state, const std::optional<Failure>& failure = {});

  /// Waits until the handlers are done; see `WorkerPool::finish`. For those that are coroutines
  /// only where that is said: the thread that they go on on may be this one.
  void finish(std::chrono::milliseconds patience, bool and_coroutines) noexcept;

 private:
  using Key = std::uint64_t;
  using Kind = HandlerProblem::Kind;
  class Reply;
  class Judging;

  /// A request that has no answer yet.
  struct Call {
    Call(const RequestKind& its_kind, ServerRequest asked)
        : kind(its_kind), request(std::move(asked)) {}

    const RequestKind& kind;
    ServerRequest request;
    ChosenHandler handler = {};
    std::stop_source stop = {};
    std::unique_ptr<Watch> watch = {};
    TimePoint arrived = {};
    TimePoint deadline = {};
    std::thread::id thread = {};  // that runs the handler
    bool is_settled = false;      // it has its answer, or needs none
    bool is_asked = true;         // on this connection
    std::shared_ptr<AnswerTerms> terms = std::make_shared<AnswerTerms>();
  };
  using CallPtr = std::shared_ptr<Call>;

  void run(Key key);
  void note_end() noexcept;
  // With the lock held.
  [[nodiscard]] std::vector<CallPtr> coroutines() const;
  [[nodiscard]] bool has_room_for(const ServerRequest& request) const;
  [[nodiscard]] bool is_repeated(const ServerRequest& request);

  [[nodiscard]] HandlerContext context_for(const Call& call) const;
  void answer(Key key, std::string response);
  void answer_yes(Key key, const CallPtr& call, std::string response);
  void judge_yes(Key key, const Call& call, const std::string& response);
  [[nodiscard]] bool has_read_twins(const Call& call) const;
  [[nodiscard]] bool terms_hold(const Call& call) const;
  [[nodiscard]] bool is_ambiguous(const Call& call) const;
  /// The `item/started` of what it is about, where that is known.
  [[nodiscard]] std::optional<Notification> item_of(const ServerRequest& request) const;
  void fail(Key key, std::exception_ptr error);
  void expire(Key key);
  void resolve(const Message& notification);
  void end_thread(const std::string& thread_id);

  /// Takes it out, so that whoever gets it answers, and nobody else.
  [[nodiscard]] CallPtr settle(Key key);
  [[nodiscard]] CallPtr waiting(Key key) const;
  template <class Predicate>
  [[nodiscard]] std::vector<CallPtr> settle_if(Predicate&& predicate);
  void cancel(CallPtr call);
  void cancel_and_refuse(std::vector<CallPtr> calls);

  [[nodiscard]] std::shared_ptr<Connection> connection() const;
  [[nodiscard]] std::string as_understood(const RequestKind& kind, std::string response) const;
  void send_or_refuse(const Call& call, const std::string& response);
  /// In a handler of an exception.
  void refuse_failed(const Call& call);
  void refuse(const Call& call, std::string_view reason);
  /// By a response, which its kind has.
  void respond_no(Connection& connection, const Call& call, std::string_view reason) const;
  void tell(const Call& call, Kind kind, std::string_view message, std::exception_ptr error = {});

  const std::chrono::milliseconds timeout_;
  const Unhandled unhandled_;
  const std::size_t max_bytes_;
  HandlerBook book_;
  StartedItems items_;
  const std::shared_ptr<AgentReach> reach_;

  std::atomic<bool> denies_by_word_ = false;

  mutable std::mutex mutex_;
  bool is_stopped_ = false;
  std::weak_ptr<Connection> connection_;
  std::weak_ptr<Client> client_;
  std::shared_ptr<const Executor> executor_;
  std::function<void(const ConnectionChange&)> on_connection_;
  std::map<Key, CallPtr> calls_;
  Key next_key_ = 1;
  RequestRecord record_;          // of what this client answers
  std::vector<CallPtr> running_;  // whose handler has not returned, answered or not
  std::vector<std::pair<CallPtr, std::weak_ptr<Reply>>> suspended_;  // it is a coroutine, and waits
  std::condition_variable one_ended_;
  bool is_judging_ = false;  // whether a yes may be sent: by what the ones before it allowed
  std::condition_variable judged_;

  WorkerPool handlers_;
  WorkerPool yeses_;  // of coroutines, while they wait to be sent
  // Stop requests call what the app has registered with its stop tokens: not on the I/O thread, and
  // not behind handlers. Problems are told one by one.
  WorkerPool stops_;
  WorkerPool problems_;
};

}  // namespace codex::detail
