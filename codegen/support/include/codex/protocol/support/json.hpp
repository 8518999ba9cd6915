#pragma once

#include <nlohmann/json.hpp>

namespace codex {

/// The JSON type of the public API.
using Json = nlohmann::json;

}  // namespace codex
