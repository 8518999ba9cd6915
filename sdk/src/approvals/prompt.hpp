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
    command,  // lines in which each letter counts
    name,     // one line in which each letter counts
    note,     // a sentence of ours, without text
  };

  std::string heading;
  std::string text;
  Form form = Form::prose;
};

/// A question to a person: what to show, and the answers that count.
struct Prompt {
  std::string title;
  std::vector<PromptPart> background{};
  std::vector<PromptPart> decisive{};                // has to be in sight with the line that asks
  std::vector<approvals::Decision::Kind> choices{};  // in the order in which they are shown
};

/// What a person has to know to answer a request; nothing for a request that takes more than a yes
/// or no.
std::optional<Prompt> prompt_for(const approvals::Request& request);

/// The line that asks: "[y]es, [n]o: ".
std::string choices_line(const std::vector<approvals::Decision::Kind>& choices);

/// What a person's line means, by the first letter or the whole word; an empty one means no.
/// Nothing when it is not one of the choices.
std::optional<approvals::Decision::Kind> choice_of(
    std::string_view line, const std::vector<approvals::Decision::Kind>& choices);

}  // namespace codex::detail
