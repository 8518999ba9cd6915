#include "recovery/asked_requests.hpp"

#include <algorithm>
#include <functional>

#include "wire/peek.hpp"

namespace codex::detail {
namespace {

std::size_t fingerprint_of(const Envelope& request) {
  const std::hash<std::string_view> hash;
  return hash(request.method) * 31 + hash(request.params);
}

/// Tools of the client name their item so.
std::string item_of(const Envelope& request) {
  if (!request.item_id.empty()) return std::string(request.item_id);
  return Peek(request.params)["callId"].text();
}

bool is_of_thread(const Envelope& request) {
  return !request.thread_id.empty() || !request.conversation_id.empty();
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
                                           .is_of_thread = is_of_thread(envelope),
                                           .turn_id = std::string(envelope.turn_id),
                                           .item_id = item_of(envelope)});
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

void AskedRequests::answer(Ticket ticket, std::string_view kept,
                           const std::function<void()>& send) {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find_if(
      requests_, [&](const auto& entry) { return entry.second.ticket == ticket; });
  if (found == requests_.end()) return;
  if (found->second.connection == connection_) send();
  found->second.answer = kept;
}

void AskedRequests::note_cut() {
  const std::lock_guard lock(mutex_);
  ++connection_;
  std::erase_if(requests_, [](const auto& entry) { return !entry.second.is_of_thread; });
}

void AskedRequests::note_completed(std::string_view turn_id, std::string_view item_id) {
  if (item_id.empty()) return;
  const std::lock_guard lock(mutex_);
  std::erase_if(requests_, [&](const auto& entry) {
    const Request& request = entry.second;
    return request.answer && request.item_id == item_id && request.turn_id == turn_id;
  });
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
