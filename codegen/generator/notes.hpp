#pragma once

#include <string>
#include <vector>

namespace codegen {

/// A place in the schema that did not become all that it says, and what became of it instead.
struct Note {
  std::string pointer;  // or the method
  std::string text;
};

using Notes = std::vector<Note>;

/// Throws `SchemaError` with the first note, if there is one: for `--strict`.
void refuse_notes(const Notes& notes);

}  // namespace codegen
