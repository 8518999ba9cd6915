#include "notes.hpp"

#include "schema.hpp"

namespace codegen {

void refuse_notes(const Notes& notes) {
  if (!notes.empty()) throw SchemaError(notes.front().pointer, notes.front().text);
}

}  // namespace codegen
