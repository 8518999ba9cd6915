#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <codex/protocol/everyday.hpp>

namespace codex {

/// The answers to the questions that the agent asks the user, put together one by one:
///
///     .user_input = [](const codex::protocol::ToolRequestUserInputParams& asked) {
///       codex::Answers answers;
///       for (const auto& question : asked.questions) {
///         answers.add(question, ask(question.question));
///       }
///       return answers;
///     }
///
/// A question that is not answered is left out, which the agent sees.
class Answers {
 public:
  /// Answers a question: with the label of one of its options, or in the user's own words where the
  /// question takes these (`is_other`, or no options at all). Throws `CodexError` for anything
  /// else, which the message does not repeat as it may be secret. Answering again replaces.
  Answers& add(const protocol::ToolRequestUserInputQuestion& question, std::string answer);

  /// The same with several answers to one question.
  Answers& add(const protocol::ToolRequestUserInputQuestion& question,
               std::vector<std::string> answers);

  /// Answers with an option by its place, from 0. Throws `CodexError` when there is none.
  Answers& choose(const protocol::ToolRequestUserInputQuestion& question, std::size_t option);

  /// What the runtime is told.
  operator protocol::ToolRequestUserInputResponse() const;

 private:
  protocol::ToolRequestUserInputResponse response_;
};

}  // namespace codex
