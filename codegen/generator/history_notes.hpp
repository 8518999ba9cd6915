#pragma once

#include <set>
#include <string>

#include "model.hpp"

namespace codegen {

/// The comment about a part that not all runtimes have; empty if all have it.
std::string history_note(const HistoryMark& history);

/// The attribute of a part that the pinned runtime no longer has, followed by the separator; empty
/// if it has the part.
std::string deprecation(const HistoryMark& history, const std::string& separator);

/// Types that programs need by name although the pinned runtime no longer has them: parts of server
/// requests' types, which handlers name, and arms of unions, which a visit names.
std::set<std::string> types_never_deprecated(const Model& model);

}  // namespace codegen
