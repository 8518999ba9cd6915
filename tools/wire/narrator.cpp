#include "narrator.hpp"

#include <algorithm>
#include <initializer_list>
#include <iomanip>
#include <ostream>
#include <utility>

#include <codex/protocol/support/errors.hpp>

#include "gist.hpp"
#include "printable.hpp"

namespace codex::wire {
namespace {

/// The maximum number of items that grow at once, and of characters shown of each.
constexpr std::size_t max_folds = 64;
constexpr std::size_t max_fold_bytes = 4'000;

constexpr std::string_view dim = "2";
constexpr std::string_view bold = "1";
constexpr std::string_view red = "31";
constexpr std::string_view green = "32";
constexpr std::string_view cyan = "36";

std::string_view who(const Message& message) {
  const bool client = message.from == Side::client;
  switch (message.kind) {
    case MessageKind::request:
      return client ? "client asks" : "server asks";
    case MessageKind::response:
      return client ? "client answers" : "server answers";
    case MessageKind::error:
      return client ? "client refuses" : "server refuses";
    case MessageKind::notification:
      return client ? "client tells" : "server tells";
  }
  return "";
}

std::string_view colour_of(const Message& message) {
  if (message.kind == MessageKind::error || message.method == "error") return red;
  return message.from == Side::client ? cyan : green;
}

/// Turn ids have similar beginnings.
std::string_view end_of(std::string_view id) {
  constexpr std::size_t length = 6;
  return id.size() > length ? id.substr(id.size() - length) : id;
}

std::string deltas_in_words(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " delta" : " deltas");
}

const std::string* text_in(const Json& params, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto member = params.find(name);
    if (member != params.end() && member->is_string()) return member->get_ptr<const std::string*>();
  }
  return nullptr;
}

const Json& params_of(const Message& message) {
  static const Json none = Json::object();
  const auto params = message.typed->find("params");
  return params != message.typed->end() && params->is_object() ? *params : none;
}

/// The item that a message completes.
std::string completed_item(const Message& message) {
  if (message.method != "item/completed") return "";
  const Json& params = params_of(message);
  const auto item = params.find("item");
  if (item == params.end() || !item->is_object()) return "";
  const std::string* id = text_in(*item, {"id"});
  return id ? *id : "";
}

}  // namespace

void Narrator::line(std::string_view text) {
  try {
    const Entry entry = read_entry(text);
    if (entry.message.is_object()) return tell(entry);
    write_time(entry.seconds);
    write_problem("bytes that were no message");
  } catch (const DecodeError& error) {
    write_time({});
    write_problem(error.what());
  }
}

void Narrator::finish() {
  unfold_all();
  conversation_ = {};
}

void Narrator::tell(const Entry& entry) {
  const Message message = conversation_.next(entry);
  if (fold(entry, message)) return;
  const std::size_t deltas = unfold(message);
  const std::string note = deltas > 0 ? " [" + deltas_in_words(deltas) + "]" : "";
  write(entry.seconds, message, gist(message), note);
}

/// Holds the message back if it is a delta.
bool Narrator::fold(const Entry& entry, const Message& message) {
  if (message.kind != MessageKind::notification || message.from != Side::server) return false;
  const Json& params = params_of(message);
  const std::string* delta = text_in(params, {"delta", "deltaBase64"});
  const std::string* item = text_in(params, {"itemId", "processId", "processHandle"});
  if (!delta || !item) return false;

  const auto same = [&](const Fold& fold) {
    return fold.item == *item && fold.message.method == message.method &&
           fold.message.turn == message.turn;
  };
  auto found = std::find_if(folds_.begin(), folds_.end(), same);
  if (found == folds_.end()) {
    if (folds_.size() == max_folds) unfold_all();
    Fold fresh{.seconds = entry.seconds, .message = message, .item = *item};
    fresh.message.typed = nullptr;  // it dies with the entry
    found = folds_.insert(folds_.end(), std::move(fresh));
  }
  ++found->count;
  found->bytes += delta->size();
  found->text += delta->substr(0, max_fold_bytes - std::min(max_fold_bytes, found->text.size()));
  return true;
}

/// Prints the deltas of the message's turn, which precede it. Returns how many there were if the
/// message completes their item and contains their text.
std::size_t Narrator::unfold(const Message& message) {
  const std::string completed = completed_item(message);
  std::size_t deltas = 0;
  std::erase_if(folds_, [&](const Fold& fold) {
    if (fold.message.turn != message.turn) return false;
    if (!completed.empty() && fold.item == completed) {
      deltas += fold.count;
    } else {
      write(fold);
    }
    return true;
  });
  return deltas;
}

void Narrator::unfold_all() {
  for (const auto& fold : folds_) write(fold);
  folds_.clear();
}

void Narrator::write(const Fold& fold) {
  const std::string note =
      " [" + deltas_in_words(fold.count) + ", " + std::to_string(fold.bytes) + " bytes]";
  write(fold.seconds, fold.message, fold.text, note);
}

void Narrator::write(std::optional<double> seconds, const Message& message, std::string_view gist,
                     std::string_view note) {
  write_time(seconds);
  std::string speaker(who(message));
  speaker.resize(15, ' ');
  std::string turn = printable(end_of(message.turn));
  turn.resize(std::max<std::size_t>(turn.size(), 6), ' ');
  const std::string method = message.method.empty() ? "?" : printable(message.method);
  out_ << painted(speaker, colour_of(message)) << painted(turn, dim) << "  "
       << painted(method, bold);
  if (!gist.empty()) out_ << "  " << printable(gist, style_.max_characters);
  out_ << painted(note, dim) << '\n';
}

void Narrator::write_problem(std::string_view problem) {
  out_ << painted(printable(problem, style_.max_characters), red) << '\n';
}

void Narrator::write_time(std::optional<double> seconds) {
  if (seconds) {
    out_ << std::fixed << std::setprecision(3) << std::setw(10) << *seconds << "  ";
  } else {
    out_ << std::setw(12) << "";
  }
}

std::string Narrator::painted(std::string_view text, std::string_view colour) const {
  if (!style_.colour || text.empty()) return std::string(text);
  return "\x1b[" + std::string(colour) + "m" + std::string(text) + "\x1b[0m";
}

}  // namespace codex::wire
