#pragma once

#include <memory>
#include <string>

#include <codex/input.hpp>
#include <codex/options.hpp>
#include <codex/turn.hpp>

namespace codex {

namespace detail {
class Client;
}

namespace protocol {
struct ThreadCompactStartResponse;
struct ThreadReadResponse;
struct ThreadSetNameResponse;
}  // namespace protocol

/// A conversation. A cheap value that shares its client's connection; after `Codex::close` each
/// call throws `TransportClosedError`. May be used from many threads at once.
class Thread {
 public:
  [[nodiscard]] const std::string& id() const noexcept { return id_; }

  /// Runs a turn to its end: `turn(...)` and `TurnHandle::run()`.
  TurnResult run(const RunInput& input, const TurnOptions& options = {}) const;

  /// Starts a turn (`turn/start`). On a thread whose turn still runs, the input joins that turn,
  /// and the handle bears its id. Throws `InvalidRequestError` and the other errors of the runtime,
  /// `TimeoutError`, `CancelledError`, `TransportClosedError`.
  [[nodiscard]] TurnHandle turn(const RunInput& input, const TurnOptions& options = {}) const;

  /// What the runtime has stored of the thread (`thread/read`).
  [[nodiscard]] protocol::ThreadReadResponse read(const ThreadReadOptions& options = {}) const;

  /// Gives the thread a name for people (`thread/name/set`).
  protocol::ThreadSetNameResponse set_name(const std::string& name,
                                           const CallOptions& options = {}) const;

  /// Has the runtime replace the thread's history by a summary (`thread/compact/start`). Returns
  /// when that has begun; it is a turn of its own.
  protocol::ThreadCompactStartResponse compact(const CallOptions& options = {}) const;

 private:
  friend class Codex;
  Thread(std::shared_ptr<detail::Client> client, std::string id);

  std::shared_ptr<detail::Client> client_;
  std::string id_;
};

}  // namespace codex
