#pragma once

#include <string>
#include <string_view>

#include <codex/client.hpp>
#include <codex/config.hpp>

#include "runtime/runtime_version.hpp"

namespace codex::detail {

/// The params of `initialize`.
std::string initialize_params(const CodexConfig& config);

/// What the runtime answered.
struct Greeting {
  Metadata metadata;
  RuntimeVersion version;
};

/// Reads the answer to `initialize`. Throws CodexError when it is not that of a codex app-server,
/// or of one that is too old, or of another version than the SDK's where that is refused.
Greeting read_greeting(std::string_view result, const CodexConfig& config);

}  // namespace codex::detail
