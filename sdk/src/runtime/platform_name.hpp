#pragma once

#include <string_view>

namespace codex::detail {

/// The name of this platform in the runtime's npm packages: "linux-x64".
std::string_view platform_name() noexcept;

}  // namespace codex::detail
