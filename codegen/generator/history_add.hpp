#pragma once

#include <string>
#include <vector>

#include "history.hpp"
#include "lower.hpp"
#include "notes.hpp"

namespace codegen {

/// One runtime's schema as it was printed, but for what `corrections.json` mends: the two bundles,
/// and what the schema cannot say.
struct Snapshot {
  std::string version;
  Json experimental;
  Json stable;
  Responses responses;
  std::vector<Note> notes = {};  // of the corrections
};

/// A part whose form changed so that the types of the newer runtime do not take the older's values.
struct ShapeChange {
  std::string path;
  std::string text;
};

/// Extends the history of `older` by what `newer` brings and drops, and returns what became
/// something else. A version that the history has changes nothing. Throws when the history does not
/// end with `older`, or `newer` came before it.
std::vector<ShapeChange> add_to_history(History& history, Snapshot& older, Snapshot& newer);

}  // namespace codegen
