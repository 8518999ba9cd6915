#include "shape.hpp"

#include <algorithm>
#include <iterator>

#include "model.hpp"

namespace soak {

namespace {

using codex::Json;

void strip(Json& item) {
  for (const char* name :
       {"id", "clientId", "completedAtMs", "durationMs", "processId", "startedAtMs"})
    item.erase(name);
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

}  // namespace

Shape shape_of(const std::vector<codex::protocol::ThreadItem>& items) {
  Shape shape;
  for (const auto& item : items) {
    Json json = item;
    strip(json);
    shape.push_back(json.dump());
  }
  std::ranges::sort(shape);
  return shape;
}

Shape with_number(const Shape& shape, int from, int to) {
  Shape out = shape;
  for (auto& text : out) replace_all(text, mark(from), mark(to));
  std::ranges::sort(out);
  return out;
}

bool is_part_of(const Shape& part, const Shape& whole) {
  return std::ranges::includes(whole, part);
}

std::string difference(const Shape& got, const Shape& expected) {
  std::string text;
  const auto list = [&text](const char* what, const Shape& all, const Shape& known) {
    Shape only;
    std::ranges::set_difference(all, known, std::back_inserter(only));
    for (const auto& item : only) text += std::string("\n  ") + what + ' ' + item.substr(0, 300);
  };
  list("missing: ", expected, got);
  list("too much:", got, expected);
  return text;
}

void Texts::add(const codex::Notification& event) {
  using Delta = codex::protocol::notifications::ItemAgentMessageDelta;
  if (const auto piece = event.as<Delta>()) texts_[piece->item_id] += piece->delta;
}

bool Texts::fit(const std::vector<codex::protocol::ThreadItem>& items) const {
  return std::ranges::all_of(items, [this](const auto& item) {
    const auto* message = item.template as<codex::protocol::AgentMessageThreadItem>();
    if (message == nullptr) return true;
    const auto found = texts_.find(message->id);
    return found != texts_.end() && found->second == message->text;
  });
}

}  // namespace soak
