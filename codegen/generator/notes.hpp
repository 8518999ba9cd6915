#pragma once

#include <string>

namespace codegen {

/// Something that the generator met in the schema and people should know of; no error.
struct Note {
  std::string pointer;
  std::string text;
};

}  // namespace codegen
