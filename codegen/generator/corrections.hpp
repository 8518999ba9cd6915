#pragma once

#include <map>
#include <string>
#include <vector>

#include "notes.hpp"
#include "schema.hpp"

namespace codegen {

/// One entry of `schema/corrections.json`: a type whose schema differs from what the runtime sends.
/// It applies to the type's own members, or those of each of its arms.
struct Correction {
  std::string type;
  std::map<std::string, std::string> rename;  // from the schema's name to the runtime's
  std::map<std::string, Json> retype;         // to the member's correct schema
  std::vector<std::string> optional;          // required in the schema, but not always sent
  std::string since;                          // the first version that needs it; empty: all do
  std::string until;                          // the last one; empty: still needed
};

using Corrections = std::vector<Correction>;

/// Reads the list; throws `SchemaError` on what it does not understand.
Corrections read_corrections(const Json& json);

/// Corrects the bundle of a runtime of that version, before anything else reads it. Corrections
/// that are not (or no longer) needed get a note.
std::vector<Note> correct(Json& bundle, const Corrections& corrections, const std::string& version);

}  // namespace codegen
