#pragma once

#include <string>
#include <vector>

#include "model.hpp"

namespace codegen {

/// One difference between the types of two schemas, in the names that users write.
struct Change {
  enum class Subject { method, type, member, enum_value, union_arm };
  enum class What { removed, changed, added };

  bool breaking = false;
  Subject subject = Subject::type;
  What what = What::changed;
  std::string name;  // `requests::ThreadStart`, `ThreadStartParams::cwd`
  // Each may be empty: the C++ now and before, and in words which aspect that is.
  std::string now = {};
  std::string before = {};
  std::string note = {};
};

/// The changes from `before` to `after` for users of the types, breaking ones first. diff_rules.hpp
/// defines what counts as breaking.
std::vector<Change> compare(const Model& before, const Model& after);

/// The output formats of `codex-codegen diff`: for a terminal, for a change log, for programs.
std::string as_text(const Model& before, const Model& after, const std::vector<Change>& changes);
std::string as_markdown(const Model& before, const Model& after,
                        const std::vector<Change>& changes);
std::string as_json(const Model& before, const Model& after, const std::vector<Change>& changes);

}  // namespace codegen
