#include "transport/preamble.hpp"

#include "text/ascii.hpp"
#include "wire/byte_order_mark.hpp"

namespace codex::detail {
namespace {

constexpr std::string_view message_begin = "{\"";

}  // namespace

std::size_t Preamble::skip(std::string_view line) {
  const std::size_t begin = message_in(line);
  is_over_ = begin != std::string_view::npos;
  if (begin == 0) return begin;
  ++lines_;
  bytes_ += line.size();
  skipped_.append(std::string(line.substr(0, begin)) + "\n");
  return begin;
}

bool Preamble::is_too_long(std::string_view partial_line) const {
  if (is_over_) return false;
  const bool may_be_message = partial_line.find(message_begin) != std::string_view::npos;
  const std::size_t bytes = bytes_ + (may_be_message ? 0 : partial_line.size());
  return lines_ > max_lines || bytes > max_bytes;
}

std::size_t Preamble::message_in(std::string_view line) {
  const std::size_t mark = line.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
  // It is meant as a message, whether it is one or not.
  if (trimmed(line.substr(mark)).starts_with('{')) return mark;
  const std::size_t begin = line.find(message_begin);
  if (begin == std::string_view::npos) return begin;
  const auto message = scanner_.scan(std::string(line.substr(begin)));
  return message->envelope.kind != MessageKind::invalid ? begin : std::string_view::npos;
}

}  // namespace codex::detail
