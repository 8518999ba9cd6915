#pragma once

#include <string_view>

namespace codex::detail {

/// This platform as the npm packages of the runtime call it: "linux-x64".
std::string_view platform_name() noexcept;

}  // namespace codex::detail
