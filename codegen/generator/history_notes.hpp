#pragma once

#include <set>
#include <string>

#include "model.hpp"

namespace codegen {

/// What a comment says of a part that not all runtimes have; empty when there is nothing to say.
std::string history_note(const HistoryMark& history);

/// The attribute of what the pinned runtime does not have any more, and what follows it; empty when
/// it has it.
std::string deprecation(const HistoryMark& history, const std::string& separator);

/// Types that programs need by name although the pinned runtime does not have them any more: what
/// handlers of server requests are made of, and the arms of unions, which a visit has to name.
std::set<std::string> types_never_deprecated(const Model& model);

}  // namespace codegen
