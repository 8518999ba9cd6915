#pragma once

#include <string>
#include <string_view>

#include <codex/client.hpp>
#include <codex/config.hpp>

#include "runtime/runtime_version.hpp"

namespace codex::detail {

/// The params of `initialize`.
std::string initialize_params(const CodexConfig& config);

/// The runtime's answer.
struct Greeting {
  Metadata metadata;
  RuntimeVersion version;
};

/// Reads the answer to `initialize`. Throws CodexError if it is not from a codex app-server, or
/// from one that is too old, or of another version than the SDK's if that is refused.
Greeting read_greeting(std::string_view result, const CodexConfig& config);

}  // namespace codex::detail
