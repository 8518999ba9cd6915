#include <algorithm>
#include <string_view>
#include <utility>

#include <codex/protocol/support/codec.hpp>
#include <codex/turn.hpp>

#include "mask/mask.hpp"
#include "text/ascii.hpp"

namespace codex {
namespace {

std::string complaint(const std::string& path, const std::string& problem) {
  return path.empty() ? problem : path + ": " + problem;
}

/// What stands inside, where all of the text is one Markdown fence: models put JSON into one though
/// they were told not to.
std::string_view without_fence(std::string_view answer) {
  std::string_view text = detail::trimmed(answer);
  const std::size_t ticks = std::min(text.find_first_not_of('`'), text.size());
  const std::string_view fence = text.substr(0, ticks);
  text.remove_prefix(ticks);
  if (ticks < 3 || !text.ends_with(fence)) return answer;
  text.remove_suffix(ticks);
  const auto language_end = std::find_if_not(text.begin(), text.end(), detail::is_ascii_letter);
  text.remove_prefix(static_cast<std::size_t>(language_end - text.begin()));
  return text;
}

}  // namespace

OutputParseError::OutputParseError(std::string path, std::string problem, TurnResult turn)
    : CodexError("The answer of the turn does not fit: " +
                 detail::mask_secrets(complaint(path, problem))),
      path_(detail::mask_secrets(path)),
      problem_(detail::mask_secrets(problem)),
      turn_(std::make_shared<const TurnResult>(std::move(turn))) {}

const std::string& OutputParseError::text() const noexcept {
  static const std::string none;
  return turn_->final_response ? *turn_->final_response : none;
}

void detail::read_answer(const TurnResult& turn, const Shape& shape, void* value) {
  if (!turn.final_response) {
    throw OutputParseError("", "there is none; the turn is " + std::string(turn.status.name()),
                           turn);
  }
  try {
    read_value(shape, value, protocol::decode<Json>(without_fence(*turn.final_response)));
  } catch (const DecodeError& error) {
    throw OutputParseError(error.path(), error.problem(), turn);
  }
}

void detail::read_attempt(const TurnResult& turn, const Shape& shape, void* value,
                          std::vector<TurnResult>& attempts) {
  try {
    read_answer(turn, shape, value);
  } catch (const OutputParseError&) {
    attempts.push_back(turn);
    throw;
  }
}

}  // namespace codex
