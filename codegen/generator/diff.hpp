#pragma once

#include <string>
#include <vector>

#include "model.hpp"

namespace codegen {

/// One thing that differs between the types of two schemas, in the names that users write.
struct Change {
  enum class Subject { method, type, member, enum_value, union_arm };
  enum class What { removed, changed, added };

  bool breaking = false;
  Subject subject = Subject::type;
  What what = What::changed;
  std::string name;  // `requests::ThreadStart`, `ThreadStartParams::cwd`
  // Each may be empty: what it is now and was before in C++, and what of it that is, in words.
  std::string now = {};
  std::string before = {};
  std::string note = {};
};

/// What users of the types of `before` meet in those of `after`, breaking changes first. What
/// counts as breaking is written down in diff_rules.hpp.
std::vector<Change> compare(const Model& before, const Model& after);

/// The forms of `codex-codegen diff`: for people in a terminal, for a change log, for programs.
std::string as_text(const Model& before, const Model& after, const std::vector<Change>& changes);
std::string as_markdown(const Model& before, const Model& after,
                        const std::vector<Change>& changes);
std::string as_json(const Model& before, const Model& after, const std::vector<Change>& changes);

}  // namespace codegen
