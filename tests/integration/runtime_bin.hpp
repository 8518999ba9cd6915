#pragma once

#include <cstdlib>
#include <string>

namespace codex::testing {

/// The runtime under test: the pinned one, or the one that tools/skew names.
inline std::string runtime_bin() {
  const char* other = std::getenv("CODEX_SDK_TEST_RUNTIME");
  return other != nullptr && *other != '\0' ? other : RUNTIME_BIN;
}

}  // namespace codex::testing
