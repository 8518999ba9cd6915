#pragma once

#include <string>

namespace codex::detail {

/// Copies the user's login (`auth.json` of their CODEX_HOME) into the app's own CODEX_HOME, unless
/// there is one in it. Does nothing if the user has none. Throws CodexError if it cannot.
void take_login(const std::string& home);

}  // namespace codex::detail
