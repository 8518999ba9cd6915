#pragma once

#include <map>
#include <string>

#include <codex/protocol/support/json.hpp>

namespace law {

/// Definitions by name.
using Definitions = std::map<std::string, codex::Json>;

/// The alternative with that name: the value of its tag, or its only key; nullptr without.
codex::Json* find_arm(codex::Json& choice, const std::string& name);

/// The object at `Type` or `Type#arm`; nullptr without.
codex::Json* owner_of(Definitions& definitions, const std::string& path);

/// Lets members be absent, or null, that some runtime since 0.131.0 leaves out, or sends as null,
/// in types that clients read: as schema/history.json says, read afresh.
void apply_history(Definitions& definitions, const codex::Json& history);

}  // namespace law
