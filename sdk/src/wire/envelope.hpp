#pragma once

#include <cstddef>
#include <cstdint>
#include <forward_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace codex::detail {

enum class MessageKind { notification, server_request, response, error, invalid };

/// An id of a thread, a turn, a login or an item that is longer than this counts as absent: tables
/// keep ids, and those of the runtime have 36 bytes.
inline constexpr std::size_t max_id_bytes = 1024;

/// What routing needs to know of a message: slices of its text, no tree. Empty means absent; of a
/// member that comes twice the last one counts, as it does for `decode`.
struct Envelope {
  MessageKind kind = MessageKind::invalid;
  std::string_view id;  // the raw token: `7` or `"seven"`; see canonical_id
  std::string_view method;
  std::string_view params;  // raw JSON, as are the next two
  std::string_view result;
  std::string_view error;
  std::string_view thread_id;                    // params.threadId, else params.thread.id
  std::string_view turn_id;                      // params.turnId, else params.turn.id
  std::string_view login_id;                     // params.loginId
  std::string_view item_id;                      // params.itemId, else params.item.id
  std::string_view item_type;                    // params.item.type
  std::string_view conversation_id;              // params.conversationId
  std::string_view request_id;                   // params.requestId, a raw token like `id`
  std::optional<std::string_view> root_turn_id;  // params.turn.rootTurnId; empty if it is no string
  std::optional<std::int64_t> emitted_at_ms;
  std::string problem;  // why it is invalid
};

/// One received line and what was found in it. Never copied or moved: the envelope points into the
/// text.
struct Message {
  Message() = default;
  ~Message() = default;
  Message(const Message&) = delete;
  Message(Message&&) = delete;
  Message& operator=(const Message&) = delete;
  Message& operator=(Message&&) = delete;

  std::string text;
  /// Where the line was too long to keep: its bytes. The text is then an outline of it; see Line.
  std::size_t full_size = 0;
  Envelope envelope;
  std::forward_list<std::string> unescaped;  // owns what stands escaped in the text; 11 at most
};

/// Scans lines, one after the other; keeps the parser's memory between them. Not thread-safe.
class EnvelopeScanner {
 public:
  EnvelopeScanner();
  ~EnvelopeScanner();
  EnvelopeScanner(const EnvelopeScanner&) = delete;
  EnvelopeScanner(EnvelopeScanner&&) = delete;
  EnvelopeScanner& operator=(const EnvelopeScanner&) = delete;
  EnvelopeScanner& operator=(EnvelopeScanner&&) = delete;

  /// Scans a line. A line that is no message comes back as `invalid`, with the problem.
  [[nodiscard]] std::shared_ptr<const Message> scan(std::string line, std::size_t full_size = 0);

 private:
  struct Parser;

  std::unique_ptr<Parser> parser_;
};

/// An id token in one form for all that name the same id: a proxy may write 7 as "7" or 7.0.
[[nodiscard]] std::string canonical_id(std::string_view token);

/// Whether the text is well-formed UTF-8. The runtime ends without a word on anything else.
bool is_utf8(std::string_view text) noexcept;

}  // namespace codex::detail
