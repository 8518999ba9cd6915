#pragma once

#include <string>
#include <vector>

namespace codegen {

/// A place in the schema that the types do not fully express, and what they have instead.
struct Note {
  std::string pointer;  // or the method
  std::string text;
};

using Notes = std::vector<Note>;

/// Throws `SchemaError` with the first note, if any: for `--strict`.
void refuse_notes(const Notes& notes);

}  // namespace codegen
