#include "turns/turn_snapshot.hpp"

#include <codex/errors.hpp>
#include <codex/protocol/support/json.hpp>

#include "wire/compose.hpp"
#include "wire/envelope.hpp"
#include "wire/peek.hpp"

namespace codex::detail {
namespace {

/// Of the item's own text, so that nothing is lost that this version does not know.
Notification completed(EnvelopeScanner& scanner, const std::string& thread_id,
                       const std::string& turn_id, Peek item) {
  const std::string params =
      with_value(Json{{"completedAtMs", 0}, {"threadId", thread_id}, {"turnId", turn_id}}.dump(),
                 {"item"}, item.raw());
  std::string line = notification_line("item/completed", params);
  line.pop_back();
  return Notification(scanner.scan(std::move(line)));
}

}  // namespace

std::optional<TurnSnapshot> first_turn_of_page(const std::string& thread_id,
                                               std::string_view page) {
  const auto turns = Peek(page)["data"].elements();
  if (turns.empty()) return std::nullopt;
  const Peek turn = turns.front();
  if (!turn["id"].is_string() || turn["id"].text().size() > max_id_bytes) {
    throw DecodeError("data[0].id", "expected string, not too long", "thread/turns/list");
  }
  TurnSnapshot snapshot{.id = turn["id"].text(), .is_running = turn["status"].is("inProgress")};
  EnvelopeScanner scanner;
  for (const Peek item : turn["items"].elements()) {
    snapshot.items.push_back(completed(scanner, thread_id, snapshot.id, item));
  }
  return snapshot;
}

}  // namespace codex::detail
