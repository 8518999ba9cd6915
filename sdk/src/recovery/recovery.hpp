#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "connection/connection.hpp"
#include "recovery/asked_requests.hpp"
#include "recovery/turn_ledger.hpp"
#include "task/clock.hpp"
#include "transport/reconnecting_transport.hpp"

namespace codex::detail {

/// What `Recovery` has to know of the client, and whom it tells. All are called on the I/O thread.
struct RecoveryOptions {
  std::string initialize_params = {};
  /// Notifications that the client does not want.
  std::set<std::string> left_out = {};
  std::chrono::milliseconds handshake_timeout = std::chrono::seconds{30};
  /// Between two looks at what is not there yet.
  std::chrono::milliseconds look_again_after{300};
  /// How long a turn/start may take to show up, a turn's end to be in the record, or a new thread
  /// to be stored, after the connection is back. 150 ms were seen.
  std::chrono::milliseconds start_grace = std::chrono::seconds{5};
  /// A runtime that was killed may hold a thread for a minute.
  std::chrono::milliseconds writer_grace = std::chrono::seconds{75};
  /// What may wait of one thread while it is resumed, in bytes.
  std::size_t max_held_bytes = std::size_t{64} * 1024 * 1024;
  /// Whether each connection has a process of its own, so that nothing sent before a cut can still
  /// arrive.
  bool is_own_process = false;
  /// Reads the answer to `initialize`. Throws CodexError where the client cannot go on with this
  /// runtime.
  std::function<void(std::string_view result)> check_greeting = {};
  /// The params of thread/resume, without turns where the runtime can leave them out.
  std::function<std::string(const std::string& thread_id)> resume_params = {};

  std::function<void(const Failure&)> on_cut = {};
  std::function<void()> on_restored = {};
  /// The thread was resumed, with this result.
  std::function<void(const std::string& thread_id, std::string_view result)> on_resumed = {};
  /// The runtime has asked again what it still wants to know of the thread.
  std::function<void(const std::string& thread_id)> on_asked_again = {};
  /// Nothing more comes of this turn.
  std::function<void(const std::string& turn_id)> on_turn_lost = {};
};

/// Brings a conversation over cuts of its connection: it shakes hands again, resumes the threads
/// that this client follows, and gives the app what it has missed, each event once. What comes of a
/// thread while that is under way waits, and so do requests that name the thread. docs/inside.md
/// tells the steps. All of it runs on the I/O thread.
class Recovery final : public ReconnectingTransport::Listener,
                       public std::enable_shared_from_this<Recovery> {
 public:
  /// Threads beyond that are not resumed, those first that were heard of first and run no turn.
  static constexpr std::size_t max_threads = 4096;
  /// So many are resumed at once: past about 200 requests the runtime refuses some.
  static constexpr std::size_t max_resuming = 32;
  /// What is kept of turns beyond that is forgotten, first of those whose thread is not followed:
  /// nobody tells of their end.
  static constexpr std::size_t max_turns = 4096;

  explicit Recovery(RecoveryOptions options) : options_(std::move(options)) {}

  /// Makes transports that are made again after a cut.
  [[nodiscard]] TransportFactory over(TransportFactory factory, const Reconnect& terms);

  /// From now on a cut is no end. Any thread.
  void begin(Connection& connection);

  /// The server's requests.
  [[nodiscard]] AskedRequests& asked() noexcept { return asked_; }

  /// See `ConnectionOptions::gate` and `WindowOptions::on_result`.
  [[nodiscard]] bool admit(const std::shared_ptr<const Message>& message);
  void note_result(const SentRequest& request, std::string_view result);

  bool cut(const Transport::End& end) override;
  void connected() override;

 private:
  /// A turn/start that was sent, and cut before its answer.
  struct LostStart {
    std::uint64_t id;
    std::string client_message_id;
  };
  struct Thread {
    /// When it was first heard of, in order.
    std::uint64_t number = 0;
    /// Whether this connection gets its events.
    bool is_in_step = false;
    /// Whether it is being resumed; else its events pass.
    bool is_held = false;
    std::deque<std::shared_ptr<const Message>> held = {};
    std::size_t held_bytes = 0;
    std::vector<LostStart> starts = {};
    TimePoint out_of_step_since = {};
    int timeouts = 0;  // of its resumption, one after the other
  };
  struct Turn {
    TurnLedger ledger;
    std::uint64_t number = 0;  // when it was first heard of, in order
    bool is_review = false;    // its record is another turn while it runs
    int doubts = 0;            // how often the record did not tell what became of it
    TimePoint doubted_since = {};
  };
  struct EndedTurn {
    std::string id;
    bool is_by_record;  // its last events may come as well
  };
  /// The pages of a thread's record, as far as they are read.
  struct Record {
    std::vector<std::string> pages = {};
    std::string cursor = {};
    int limit = 20;         // of turns on the next page
    bool has_items = true;  // on the next page
  };
  using Threads = std::map<std::string, Thread, std::less<>>;
  using Turns = std::map<std::string, Turn, std::less<>>;
  /// Takes the result of a request of this connection; not called after a cut.
  using OnResult = std::function<void(const std::string& result)>;
  using OnError = std::function<void(const std::exception_ptr& error)>;

  [[nodiscard]] AfterCut fate_of(const SentRequest& request);
  void ask(std::string_view method, std::string params, OnResult on_result, OnError on_error);
  void after(std::chrono::milliseconds time, std::function<void()> work);

  void resume_threads();
  void resume(const std::string& thread_id);
  void resume_next();
  void retry_resume(const std::string& thread_id, const std::exception_ptr& error);
  void note_resumed(const std::string& thread_id, std::string_view result);
  void lose_thread(const std::string& thread_id, const std::string& why);
  void note_tried(const std::string& thread_id);
  void note_restored();

  void read_turns(const std::string& thread_id, Record record);
  void read_less(const std::string& thread_id, Record record, const std::exception_ptr& error);
  void catch_up(const std::string& thread_id, const std::vector<std::string>& pages);
  void catch_up_with(const std::string& thread_id, Peek turn);
  [[nodiscard]] bool is_in_doubt(const std::string& thread_id, const std::vector<Peek>& turns);
  void release(const std::string& thread_id);

  void adopt_start(const std::string& thread_id, Peek item, const std::string& turn_id);
  void end_starts(const std::string& thread_id);
  void lose_turn(const std::string& turn_id, const std::string& why);

  void note_list(const std::string& thread_id, Peek turns);
  void hold(Thread& thread, const std::shared_ptr<const Message>& message);
  void pass(const std::shared_ptr<const Message>& message);
  [[nodiscard]] bool is_shown(const Message& message);
  [[nodiscard]] bool is_asked_anew(const Message& request);
  [[nodiscard]] Connection* connection() const;
  /// The thread, if it is one that can be followed.
  Thread* follow(std::string_view thread_id);
  void forget_one_thread();
  void forget_one_turn();
  Turn& open_turn(std::string_view thread_id, std::string_view turn_id);
  /// The turn that the events of this one name: a review's are of two turns.
  [[nodiscard]] std::string followed_as(const std::string& turn_id, std::string root_id) const;
  void note_started(const std::string& thread_id, const std::string& turn_id, bool is_review);
  /// Whether somebody waits for what comes of a thread that is followed.
  [[nodiscard]] bool is_in_use(const std::string& thread_id) const;
  [[nodiscard]] bool has_turns(std::string_view thread_id) const;
  [[nodiscard]] const EndedTurn* ended(std::string_view turn_id) const;
  [[nodiscard]] bool has_ended(std::string_view turn_id) const { return ended(turn_id) != nullptr; }
  void note_ended(std::string_view turn_id, bool is_by_record);

  const RecoveryOptions options_;
  AskedRequests asked_;
  ReconnectingTransport* transport_ = nullptr;
  std::atomic<bool> has_begun_ = false;
  // The I/O thread keeps it, also when everybody else has let go of it in the middle of this.
  Connection* connection_ = nullptr;
  std::uint64_t epoch_ = 0;                    // of the present connection
  std::set<std::string, std::less<>> to_try_;  // threads that were not tried on this connection
  std::deque<std::string> to_resume_;
  std::size_t resuming_ = 0;
  bool is_catching_up_ = false;  // what passes is from the record
  Threads threads_;
  std::uint64_t next_number_ = 0;
  Turns turns_;
  std::deque<EndedTurn> ended_turns_;  // the latest
};

}  // namespace codex::detail
