#pragma once

#include <codex/config.hpp>

namespace codex::detail {

/// How to reach the runtime of this configuration: by the app's own transport, at an endpoint, or
/// by starting it. Throws what is wrong with the configuration. The tests replace it.
[[nodiscard]] TransportFactory reach_runtime(const CodexConfig& config);

}  // namespace codex::detail
