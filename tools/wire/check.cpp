#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "commands.hpp"
#include "input.hpp"
#include "printable.hpp"
#include "tally.hpp"

namespace codex::wire {
namespace {

std::string_view name_of(Side side) {
  switch (side) {
    case Side::client:
      return "client";
    case Side::server:
      return "server";
    case Side::unknown:
      break;
  }
  return "-";
}

std::string_view name_of(MessageKind kind) {
  switch (kind) {
    case MessageKind::request:
      return "request";
    case MessageKind::response:
      return "response";
    case MessageKind::error:
      return "error";
    case MessageKind::notification:
      return "notification";
  }
  return "";
}

struct Checked {
  Tally::Subject subject;
  Verdict verdict;
};

Checked check_message(const Entry& entry, Conversation& conversation) {
  try {
    const Message message = conversation.next(entry);
    const std::string method = message.method.empty() ? "?" : message.method;
    return {{name_of(message.from), name_of(message.kind), method}, judge(message)};
  } catch (const DecodeError& error) {
    return {{name_of(entry.from), "-", "(no message)"}, not_fitting(entry.from, error)};
  }
}

Checked check_line(const std::string& line, Conversation& conversation) {
  try {
    const Entry entry = read_entry(line);
    if (!entry.message.is_null()) return check_message(entry, conversation);
    return {{name_of(entry.from), "-", "(bytes recorded as no message)"}, {}};
  } catch (const DecodeError& error) {
    return {{"-", "-", "(no JSON object)"}, not_fitting(Side::unknown, error)};
  }
}

void tell(const std::string& where, const Checked& checked) {
  const auto& [subject, verdict] = checked;
  if (verdict.outcome == Verdict::Outcome::ok) return;
  const bool lost = verdict.outcome == Verdict::Outcome::lost;
  std::cout << printable(where) << (lost ? ": lost: " : ": misfit: ") << subject.from << ' '
            << subject.kind << ' ' << printable(subject.method) << ": "
            << printable(verdict.problem) << '\n';
}

}  // namespace

int check(const std::vector<std::string>& files) {
  Tally tally;
  bool readable = true;
  for (const auto& file : files) {
    Conversation conversation;
    readable &= read_lines(file, [&](const std::string& line, std::size_t number) {
      const std::string where = file + ":" + std::to_string(number);
      const Checked checked = check_line(line, conversation);
      tell(where, checked);
      tally.add(checked.subject, checked.verdict, where);
    });
  }
  tally.write(std::cout);
  if (!readable) return 2;
  return tally.lossless() ? 0 : 1;
}

}  // namespace codex::wire
