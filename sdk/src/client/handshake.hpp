#pragma once

#include <string>
#include <string_view>

#include <codex/client.hpp>
#include <codex/config.hpp>

namespace codex::detail {

/// The oldest runtime that this SDK talks to.
inline constexpr std::string_view minimum_runtime_version = "0.131.0";

/// The params of `initialize`.
std::string initialize_params(const CodexConfig& config);

/// Reads the answer to `initialize`. Throws CodexError when it is not that of a codex app-server,
/// or of one that is too old.
Metadata read_metadata(std::string_view result, const CodexConfig& config);

}  // namespace codex::detail
