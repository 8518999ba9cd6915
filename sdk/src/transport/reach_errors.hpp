#pragma once

#include <string>

#include <codex/errors.hpp>

#include "runtime/endpoint.hpp"

namespace codex::detail {

/// Nobody is there. `problem`: a sentence without its full stop; `advice`: one.
[[nodiscard]] TransportClosedError unreachable(
    const Endpoint& endpoint, const std::string& problem,
    const std::string& advice = "Start one there (codex app-server --listen URL)");

/// Nobody answers by the deadline.
[[nodiscard]] TimeoutError late(const Endpoint& endpoint, const std::string& output = {});

}  // namespace codex::detail
