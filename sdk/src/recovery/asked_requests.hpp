#pragma once

#include <cstddef>
#include <cstdint>
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

  /// An answer is about to be sent. False: this connection has not asked for it (yet).
  [[nodiscard]] bool note_answer(Ticket ticket, std::string_view line);

  void note_cut();
  void note_resolved(std::string_view id);
  void forget_turn(std::string_view turn_id);

 private:
  static constexpr std::size_t max_requests = 4096;
  struct Request {
    Ticket ticket;
    std::uint64_t connection;  // that brought it last
    std::size_t fingerprint;
    std::string turn_id;
    std::optional<std::string> answer = {};
  };

  void forget_one();

  std::mutex mutex_;
  std::map<std::string, Request, std::less<>> requests_;  // by canonical id
  std::uint64_t connection_ = 0;
  Ticket last_ticket_ = 0;
};

}  // namespace codex::detail
