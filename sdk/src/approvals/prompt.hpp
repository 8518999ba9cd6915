#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <codex/policies.hpp>

namespace codex::detail {

/// More than this is nothing that anybody reads; a prompt that is longer is not complete.
constexpr std::size_t max_prompt_bytes = std::size_t{64} * 1024;

/// A question to a person: what to show, and the answers that count.
struct Prompt {
  std::string text;
  std::vector<approvals::Decision::Kind> choices;  // in the order in which they are shown
};

/// What a person has to know to answer a request; nothing for a request that is none of a yes or
/// no. Text that the agent wrote is behind a bar at the start of each line, so that it cannot
/// imitate the rest, and without control characters.
std::optional<Prompt> prompt_for(const approvals::Request& request);

/// The line that asks: "[y]es, [n]o: ".
std::string choices_line(const std::vector<approvals::Decision::Kind>& choices);

/// What a person's line means, by the first letter or the whole word; an empty one means no.
/// Nothing when it is not one of the choices.
std::optional<approvals::Decision::Kind> choice_of(
    std::string_view line, const std::vector<approvals::Decision::Kind>& choices);

}  // namespace codex::detail
