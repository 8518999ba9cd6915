#include "recovery/asked_requests.hpp"

#include <algorithm>
#include <functional>

namespace codex::detail {
namespace {

std::size_t fingerprint_of(const Envelope& request) {
  const std::hash<std::string_view> hash;
  return hash(request.method) * 31 + hash(request.params);
}

}  // namespace

AskedRequests::Verdict AskedRequests::take(const Message& message) {
  const Envelope& envelope = message.envelope;
  if (envelope.id.size() > max_id_bytes) return {};
  const std::size_t fingerprint = fingerprint_of(envelope);
  const std::string id = canonical_id(envelope.id);
  const std::lock_guard lock(mutex_);
  const auto found = requests_.find(id);
  if (found == requests_.end() || found->second.fingerprint != fingerprint) {
    if (found == requests_.end() && requests_.size() >= max_requests) forget_one();
    requests_.insert_or_assign(id, Request{.ticket = ++last_ticket_,
                                           .connection = connection_,
                                           .fingerprint = fingerprint,
                                           .turn_id = std::string(envelope.turn_id)});
    return {};
  }
  Request& known = found->second;
  const bool is_new_here = known.connection != connection_;
  known.connection = connection_;
  if (!known.answer) return {};
  return {.is_shown = false, .answer = is_new_here ? known.answer : std::nullopt};
}

AskedRequests::Ticket AskedRequests::ticket_of(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto found = requests_.find(canonical_id(id));
  return found != requests_.end() ? found->second.ticket : 0;
}

bool AskedRequests::note_answer(Ticket ticket, std::string_view line) {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find_if(
      requests_, [&](const auto& entry) { return entry.second.ticket == ticket; });
  if (found == requests_.end()) return false;
  found->second.answer = line;
  return found->second.connection == connection_;
}

void AskedRequests::note_cut() {
  const std::lock_guard lock(mutex_);
  ++connection_;
}

void AskedRequests::note_resolved(std::string_view id) {
  const std::lock_guard lock(mutex_);
  requests_.erase(canonical_id(id));
}

void AskedRequests::forget_turn(std::string_view turn_id) {
  const std::lock_guard lock(mutex_);
  std::erase_if(requests_, [&](const auto& entry) { return entry.second.turn_id == turn_id; });
}

/// One that was answered, else the oldest.
void AskedRequests::forget_one() {
  requests_.erase(std::ranges::min_element(requests_, {}, [](const auto& entry) {
    return std::pair(!entry.second.answer, entry.second.ticket);
  }));
}

}  // namespace codex::detail
