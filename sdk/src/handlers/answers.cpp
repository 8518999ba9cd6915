#include <algorithm>
#include <utility>

#include <codex/answers.hpp>
#include <codex/errors.hpp>

namespace codex {
namespace {

using Question = protocol::ToolRequestUserInputQuestion;

bool has_options(const Question& question) {
  return question.options && !question.options->empty();
}

bool takes(const Question& question, const std::string& answer) {
  if (!has_options(question) || *question.is_other) return true;
  return std::any_of(question.options->begin(), question.options->end(),
                     [&](const auto& option) { return option.label == answer; });
}

}  // namespace

Answers& Answers::add(const Question& question, std::string answer) {
  return add(question, std::vector<std::string>{std::move(answer)});
}

Answers& Answers::add(const Question& question, std::vector<std::string> answers) {
  for (const std::string& answer : answers) {
    if (takes(question, answer)) continue;
    throw CodexError("The question \"" + question.id + "\" takes none but its own options");
  }
  response_.answers.insert_or_assign(
      question.id, protocol::ToolRequestUserInputAnswer{.answers = std::move(answers)});
  return *this;
}

Answers& Answers::choose(const Question& question, std::size_t option) {
  if (!question.options || option >= question.options->size()) {
    throw CodexError("The question \"" + question.id + "\" has no option " +
                     std::to_string(option));
  }
  return add(question, (*question.options)[option].label);
}

Answers::operator protocol::ToolRequestUserInputResponse() const { return response_; }

}  // namespace codex
