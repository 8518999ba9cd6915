#pragma once

#include <string>
#include <vector>

#include "history.hpp"
#include "lower.hpp"
#include "notes.hpp"

namespace codegen {

/// One runtime's schema as it was printed, apart from the fixes of `corrections.json`: the two
/// bundles, and what the schema cannot say.
struct Snapshot {
  std::string version;
  Json experimental;
  Json stable;
  Responses responses;
  std::vector<Note> notes = {};  // from the corrections
};

/// A part whose form changed so that the newer runtime's types do not take the older one's values.
struct ShapeChange {
  std::string path;
  std::string text;
};

/// Extends the history of `older` by the additions and removals in `newer`, and returns the parts
/// that changed their form. A version that is already in the history changes nothing. Throws if the
/// history does not end with `older`, or if `newer` is older than that.
std::vector<ShapeChange> add_to_history(History& history, Snapshot& older, Snapshot& newer);

}  // namespace codegen
