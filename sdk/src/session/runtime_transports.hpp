#pragma once

#include <codex/config.hpp>

namespace codex::detail {

/// Starts a runtime of the client's own, and ends it.
[[nodiscard]] TransportFactory start_runtime(const CodexConfig& config);

/// Attaches to the runtime at `CodexConfig::endpoint`.
[[nodiscard]] TransportFactory attach_to_runtime(const CodexConfig& config);

}  // namespace codex::detail
