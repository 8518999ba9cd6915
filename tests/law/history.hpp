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

/// Makes members optional, or nullable, that some runtime since 0.131.0 omits, or sends as null, in
/// types that clients read: according to schema/history.json, read independently of the generator.
void apply_history(Definitions& definitions, const codex::Json& history);

}  // namespace law
