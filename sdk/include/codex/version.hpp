#pragma once

#include <string_view>

namespace codex {

/// The version of this SDK, which is that of the runtime it was made for: "0.169.0".
std::string_view sdk_version() noexcept;

}  // namespace codex
