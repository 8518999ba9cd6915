#pragma once

#include <map>
#include <string>

#include <codex/protocol/support/json.hpp>

namespace law {

/// Definitions by name.
using Definitions = std::map<std::string, codex::Json>;

/// Lets members be absent, or null, that some runtime since 0.131.0 leaves out, or sends as null,
/// in types that clients read: as schema/history.json says, read afresh.
void apply_history(Definitions& definitions, const codex::Json& history);

}  // namespace law
