#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "wire/envelope.hpp"

namespace codex::detail {

/// The requests of the server, and what they were answered. After a cut the runtime asks again what
/// it has no answer to: the same request under the same id. Another runtime process begins its ids
/// anew, so an id alone names no request: a ticket does. Thread-safe.
class AskedRequests {
 public:
  /// Names one request, whatever connections it came by; never 0.
  using Ticket = std::uint64_t;

  /// What becomes of a request that has come.
  struct Verdict {
    bool is_shown = true;
    std::optional<std::string> answer = {};  // sent before a cut: to be sent again
  };
  [[nodiscard]] Verdict take(const Message& request);
  /// That of the request that came last under this id.
  [[nodiscard]] Ticket ticket_of(std::string_view id);

  /// Keeps an answer for when it is asked for again, and calls `send` if this connection asks for
  /// it. No cut comes in between, so that it reaches no other request of the same id.
  void answer(Ticket ticket, std::string_view kept, const std::function<void()>& send);

  void note_cut();
  void note_resolved(std::string_view id);
  /// The item is complete, so the runtime has the answers about it.
  void note_completed(std::string_view turn_id, std::string_view item_id);
  void forget_turn(std::string_view turn_id);

 private:
  static constexpr std::size_t max_requests = 4096;
  struct Request {
    Ticket ticket;
    std::uint64_t connection;  // that brought it last
    std::size_t fingerprint;
    bool is_of_thread;  // else the connection's: nobody asks for it again
    std::string turn_id;
    std::string item_id;
    std::optional<std::string> answer = {};
  };

  void forget_one();

  std::mutex mutex_;
  std::map<std::string, Request, std::less<>> requests_;  // by canonical id
  std::uint64_t connection_ = 0;
  Ticket last_ticket_ = 0;
};

}  // namespace codex::detail
