#include <chrono>
#include <utility>

#include <codex/protocol/support/codec.hpp>
#include <codex/thread.hpp>
#include <codex/turn.hpp>

#include "connection/timers.hpp"

namespace codex {
namespace {

using std::chrono::milliseconds;

std::string complaint(const std::string& path, const std::string& problem) {
  return path.empty() ? problem : path + ": " + problem;
}

/// What the model is told when it shall answer again.
std::string correction(const OutputParseError& error) {
  return "Your answer does not fit: " + complaint(error.path(), error.problem()) +
         "\nAnswer again, with JSON that fits the schema, and nothing else.";
}

}  // namespace

OutputParseError::OutputParseError(std::string path, std::string problem, TurnResult turn)
    : CodexError("The answer of the turn does not fit: " + complaint(path, problem)),
      path_(std::move(path)),
      problem_(std::move(problem)),
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

TurnResult Thread::run_until_read(const RunInput& input, TurnOptions options,
                                  const detail::Shape& shape,
                                  const std::function<void(const TurnResult&)>& read) const {
  if (options.output_schema.is_null()) options.output_schema = detail::strict_schema(shape);
  const auto deadline = options.timeout
                            ? detail::deadline_after(detail::Clock::now(), *options.timeout)
                            : detail::TimePoint::max();
  TurnResult turn = run(input, options);
  for (int retries = options.output_retries;; --retries) {
    try {
      read(turn);
      return turn;
    } catch (const OutputParseError& error) {
      if (retries <= 0 || turn.status != protocol::TurnStatus::completed) throw;
      if (options.timeout) {
        const auto left = deadline - detail::Clock::now();
        if (left <= milliseconds::zero()) throw;
        options.timeout = std::chrono::ceil<milliseconds>(left);
      }
      turn = run(correction(error), options);
    }
  }
}

}  // namespace codex
