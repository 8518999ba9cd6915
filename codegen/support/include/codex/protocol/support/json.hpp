#pragma once

#include <nlohmann/json.hpp>

// Without the SDK's CMake files there is none.
#if __has_include(<codex/protocol/support/json_build.hpp>)
#include <codex/protocol/support/json_build.hpp>
#endif

namespace codex {

/// The JSON type of the public API.
using Json = nlohmann::json;

}  // namespace codex
