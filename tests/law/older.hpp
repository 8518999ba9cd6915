#pragma once

#include <string>

#include <codex/protocol/support/json.hpp>

#include "law/history.hpp"

namespace law {

/// The definitions of an older version, according to schema/history.json: without later additions,
/// and with parts that were removed later.
Definitions older_definitions(Definitions newest, const codex::Json& history,
                              const std::string& version);

}  // namespace law
