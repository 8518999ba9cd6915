#include <utility>

#include <codex/protocol/support/codec.hpp>
#include <codex/turn.hpp>

#include "mask/mask.hpp"

namespace codex {
namespace {

std::string complaint(const std::string& path, const std::string& problem) {
  return path.empty() ? problem : path + ": " + problem;
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
    read_value(shape, value, protocol::decode<Json>(*turn.final_response));
  } catch (const DecodeError& error) {
    throw OutputParseError(error.path(), error.problem(), turn);
  }
}

}  // namespace codex
