#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <codex/policies.hpp>

namespace codex::detail {

/// A part of a question: text of the agent or a server, under our heading.
struct PromptPart {
  enum class Form : std::uint8_t {
    prose,    // lines, in any script
    command,  // lines in which every letter matters
    name,     // one line in which every letter matters
    note,     // our own sentence, without foreign text
  };

  std::string heading;
  std::string text;
  Form form = Form::prose;
};

/// A question to a person: what to show, and the valid answers.
struct Prompt {
  std::string title;
  std::vector<PromptPart> background{};
  std::vector<PromptPart> decisive{};  // must be visible together with the line that asks
  std::vector<approvals::Decision::Kind> choices{};  // in display order
};

/// The question for a request; nothing if it needs more than a yes or no.
std::optional<Prompt> prompt_for(const approvals::Request& request);

/// The line that asks: "[y]es, [n]o: ".
std::string choices_line(const std::vector<approvals::Decision::Kind>& choices);

/// The choice of a typed line, by the first letter or the whole word; an empty line means no.
/// Nothing if it is none of the choices.
std::optional<approvals::Decision::Kind> choice_of(
    std::string_view line, const std::vector<approvals::Decision::Kind>& choices);

}  // namespace codex::detail
