#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <codex/protocol/everyday.hpp>

namespace codex {

/// Builds the answers to the questions that the agent asks the user, one by one:
///
///     .user_input = [](const codex::protocol::ToolRequestUserInputParams& asked) {
///       codex::Answers answers;
///       for (const auto& question : asked.questions) {
///         answers.add(question, ask(question.question));
///       }
///       return answers;
///     }
///
/// Unanswered questions are left out, and the agent sees that.
class Answers {
 public:
  /// Answers a question: with the label of one of its options, or in the user's own words if the
  /// question allows that (`is_other`, or no options). Throws `CodexError` for anything else; the
  /// message does not repeat the answer, which may be secret. A second answer replaces the first.
  Answers& add(const protocol::ToolRequestUserInputQuestion& question, std::string answer);

  /// The same with several answers to one question.
  Answers& add(const protocol::ToolRequestUserInputQuestion& question,
               std::vector<std::string> answers);

  /// Answers with the option at this index, from 0. Throws `CodexError` if there is none.
  Answers& choose(const protocol::ToolRequestUserInputQuestion& question, std::size_t option);

  /// The response to the runtime.
  operator protocol::ToolRequestUserInputResponse() const;

 private:
  protocol::ToolRequestUserInputResponse response_;
};

}  // namespace codex
