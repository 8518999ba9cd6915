#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "task/outcome.hpp"
#include "task/timers.hpp"
#include "wire/envelope.hpp"

namespace codex::detail {

/// A request to the server. Its completion gets the raw result text.
struct Request {
  std::string method;
  std::string params = {};  // JSON text; empty: sent without params
  TimePoint deadline = TimePoint::max();
  std::stop_token stop = {};
  Completion<std::string> completion;
  /// Gets a result that comes after the request was given up, on the I/O thread; must be quick. For
  /// requests that start something which nobody would know of otherwise.
  std::function<void(std::string)> on_late_result = {};
  /// Sent at once, also while all others wait: what brings a connection back.
  bool is_urgent = false;
};

/// A request that was sent.
struct SentRequest {
  std::uint64_t id;
  std::string_view method;
  std::string_view line;  // as it was sent; empty where requests are not kept
};

/// What becomes of a request that was sent, and not answered, when the transport was cut.
enum class AfterCut {
  repeat,  // it does no harm to send it again
  keep,    // it waits for `answer`, `repeat` or `refuse`
  fail,    // nobody knows whether it was carried out
};

struct WindowOptions {
  /// Requests that the server has not answered yet; the rest wait their turn, as past about 200
  /// the runtime drops responses.
  std::size_t max_in_flight = 64;
  /// So many more for those that end or steer what is under way: an interrupt must not wait behind
  /// the very requests that it is to end.
  std::size_t control_reserve = 32;
  /// What the requests that wait their turn may hold in all.
  std::size_t max_queued_bytes = std::size_t{256} * 1024 * 1024;
  /// What errors say of a response that was too large to keep.
  std::size_t max_response_bytes = std::size_t{256} * 1024 * 1024;
  /// Whether a request that the server refused because it is overloaded (-32001), and so did not
  /// begin, is sent again after a pause while its deadline allows that.
  bool retries_overload = false;
  /// How long that is tried at most.
  std::chrono::milliseconds overload_patience = std::chrono::seconds{60};
  /// Larger requests are not kept for that.
  std::size_t max_retried_bytes = std::size_t{4} * 1024 * 1024;
  /// How long a request that was given up keeps its place among those in flight. The server may be
  /// working on it still, so the place is not free; its response may have been lost, so the place
  /// is not taken for ever.
  std::chrono::milliseconds abandoned_grace = std::chrono::seconds{60};
  /// Whether the transport may be cut and made again: then requests are kept until their answer.
  bool survives_cuts = false;
  /// Told of each result, on the I/O thread, before its completion.
  std::function<void(const SentRequest&, std::string_view result)> on_result = {};
};

/// The requests that have been made and not answered, each with its id. Thread-safe; completions
/// are called without locks.
class RequestWindow : public std::enable_shared_from_this<RequestWindow> {
 public:
  using Send = std::function<void(std::string_view)>;

  /// `send` is called with the lock held, in the order of the requests; it must not block.
  RequestWindow(const WindowOptions& options, std::shared_ptr<Timers> timers, Send send);

  /// Sends a request, now or when there is room.
  void start(Request request);

  /// Brings a response to the request that it belongs to; one that belongs to none is ignored.
  void take(const Message& response);

  /// Completes all requests, and those that follow, with this failure.
  void fail(const Failure& failure);

  // For connections that survive cuts, on the I/O thread.

  /// The transport was cut: nothing but urgent requests is sent until `resume`.
  void cut(const std::function<AfterCut(const SentRequest&)>& decide);
  /// Sends what waits, but for requests that name one of these threads: those wait for `release`.
  void resume(std::set<std::string, std::less<>> held_threads);
  void hold(std::string thread_id);
  void release(std::string_view thread_id);
  /// Ends a request that `cut` kept, if it is still wanted.
  void answer(std::uint64_t id, const std::string& result);
  void repeat(std::uint64_t id);
  void refuse(std::uint64_t id, std::exception_ptr error);
  /// Whether anyone waits for it.
  [[nodiscard]] bool is_wanted(std::uint64_t id);

 private:
  struct Pending {
    std::string method;
    Completion<std::string> completion;  // empty: given up
    std::function<void(std::string)> on_late_result = {};
    TimePoint started_at;
    bool is_control = false;
    bool is_urgent = false;
    bool is_repeated = false;
    std::string line = {};  // while it is queued, or kept to be sent again
    bool is_sent = false;
    std::unique_ptr<Watch> watch = {};
    TimePoint deadline = TimePoint::max();
    int refusals = 0;
    std::unique_ptr<Watch> pause = {};  // until it is sent again
  };
  struct Delivery {
    Completion<std::string> completion;
    Outcome<std::string> outcome;
  };
  using Deliveries = std::vector<Delivery>;

  static void deliver(Deliveries deliveries);
  [[nodiscard]] Outcome<std::string> outcome_of(const Message& response,
                                                const std::string& method) const;

  // All of these with the lock held.
  [[nodiscard]] std::optional<Delivery> admit(Request& request);
  [[nodiscard]] std::string_view why_not_sent() const;
  [[nodiscard]] bool has_room_for(const Pending& pending) const;
  [[nodiscard]] bool is_held(const Pending& pending, std::string_view line) const;
  void send_now(Pending& pending, std::string line);
  void queue_again(std::uint64_t id, Pending& pending);
  [[nodiscard]] bool parks(std::uint64_t id, Pending& pending, const Message& response);
  void end_kept(std::uint64_t id, Outcome<std::string> outcome);
  [[nodiscard]] std::deque<std::uint64_t>& queue_of(const Pending& pending);
  void send_or_queue(std::uint64_t id, Pending& pending, std::string line);
  void send_queued(Deliveries& deliveries);
  void send_queued(std::deque<std::uint64_t>& queue, Deliveries& deliveries);
  void drop(std::uint64_t id);
  [[nodiscard]] bool pauses(std::uint64_t id, Pending& pending, const Message& response);

  void expire(std::uint64_t id, Expiry expiry);
  void free_place(std::uint64_t id);
  void send_again(std::uint64_t id);

  const WindowOptions options_;
  const std::shared_ptr<Timers> timers_;
  const Send send_;

  std::mutex mutex_;
  std::optional<Failure> failure_;
  std::map<std::uint64_t, Pending> pending_;
  std::deque<std::uint64_t> control_queue_;
  std::deque<std::uint64_t> queue_;
  std::deque<std::uint64_t> parked_;  // refused by a server that ends, for the next one
  bool is_cut_ = false;
  std::set<std::string, std::less<>> held_threads_;
  std::size_t queued_bytes_ = 0;
  std::size_t in_flight_ = 0;
  std::uint64_t next_id_ = 1;
};

}  // namespace codex::detail
