#include "failure.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

namespace codex::protocol::detail {

namespace {

bool is_identifier(std::string_view key) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
  };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return !key.empty() && is_letter(key.front()) &&
         std::all_of(key.begin(), key.end(), [&](char c) { return is_letter(c) || is_digit(c); });
}

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

}  // namespace

std::string shortened(std::string_view text) {
  constexpr std::size_t limit = 60;
  constexpr std::string_view dots = "...";
  if (text.size() <= limit) return std::string(text);
  std::size_t end = limit - dots.size();
  while (end > 0 && continues_character(text[end])) --end;
  return std::string(text.substr(0, end)).append(dots);
}

void append_key(std::string& path, std::string_view key) {
  const std::string name = shortened(key);
  if (!is_identifier(name)) {
    path.append("[\"").append(name).append("\"]");
    return;
  }
  if (!path.empty()) path += '.';
  path += name;
}

void append_index(std::string& path, std::size_t index) {
  path.append("[").append(std::to_string(index)).append("]");
}

Failure Failure::not_json(std::string_view reason, std::size_t byte) {
  Failure failure("not JSON: " + std::string(reason) + " at byte " + std::to_string(byte));
  failure.placeless_ = true;
  failure.final_ = true;
  return failure;
}

Failure Failure::too_deep() {
  Failure failure(detail::too_deep());
  failure.final_ = true;
  return failure;
}

Failure Failure::out_of_range(std::string_view number) {
  Failure failure("expected a number in the range of double, got " + shortened(number));
  failure.final_ = true;
  return failure;
}

void Failure::under(std::string_view key) {
  if (placeless_) return;
  // The leading dot stays only if something precedes it.
  std::string step = "x";
  append_key(step, key);
  steps_.push_back(step.substr(1));
}

void Failure::under(std::size_t index) {
  if (placeless_) return;
  append_index(steps_.emplace_back(), index);
}

DecodeError Failure::error() const {
  std::string path;
  for (const auto& step : steps_ | std::views::reverse) path += step;
  if (path.starts_with('.')) path.erase(0, 1);
  return {std::move(path), problem_, method_};
}

}  // namespace codex::protocol::detail
