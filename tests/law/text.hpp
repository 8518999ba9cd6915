#pragma once

#include <string>

#include <codex/protocol/support/json.hpp>

#include "law/random.hpp"

namespace law {

/// The value as JSON text: the members in any order, with white space and escapes where they may
/// be.
std::string odd_text(const codex::Json& value, Random& random);

/// A string for a value, which `with_raw` replaces by text of any kind.
inline const std::string hole = "@@hole@@";

/// The text of a value with `raw` where the hole is.
std::string with_raw(const codex::Json& value, const std::string& raw);

}  // namespace law
