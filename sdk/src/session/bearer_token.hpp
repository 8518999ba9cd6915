#pragma once

#include <string>

#include <codex/config.hpp>

namespace codex::detail {

/// The token for `CodexConfig::endpoint`; empty: none. Throws CodexError, which never quotes it, if
/// it cannot be read or sent, and where more than one place has it.
[[nodiscard]] std::string bearer_token(const CodexConfig& config);

}  // namespace codex::detail
