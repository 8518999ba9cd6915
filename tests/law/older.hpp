#pragma once

#include <string>

#include <codex/protocol/support/json.hpp>

#include "law/history.hpp"

namespace law {

/// What the definitions were in an older version, as far as schema/history.json tells: without what
/// came later, and with what went later.
Definitions older_definitions(Definitions newest, const codex::Json& history,
                              const std::string& version);

}  // namespace law
