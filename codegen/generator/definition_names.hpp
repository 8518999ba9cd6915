#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "notes.hpp"
#include "schema.hpp"

namespace codegen {

/// The C++ names of a bundle's definitions. Names that no type can have, or that are too similar to
/// another definition's, are changed, with a note.
class DefinitionNames {
 public:
  /// Of the full bundle's `definitions`, the namespace `v2` included.
  DefinitionNames(const Json& definitions, Notes& notes);

  /// The name of the definition at that pointer (`#/definitions/v2/Thread`), or the name that it
  /// would have if it is not defined.
  [[nodiscard]] std::string at(const std::string& pointer) const;

 private:
  enum class Pass { proper, others };

  void add(const Json& definitions, const std::string& pointer, Pass pass, Notes& notes);
  std::string distinct(const std::string& name) const;

  struct Definition {
    std::string pointer;
    std::string name;
    Json plain;
  };
  std::map<std::string, std::string> names_;             // by pointer
  std::map<std::string, std::vector<Definition>> seen_;  // by the schema's name
  std::map<std::string, std::string> taken_;             // the snake case of names, and their place
};

/// The pointer to a part of what `pointer` points to.
std::string child(const std::string& pointer, std::string_view name);

}  // namespace codegen
