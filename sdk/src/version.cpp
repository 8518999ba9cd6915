#include <codex/version.hpp>

namespace codex {

// The build says which one (tools/cmake/codex_version.cmake).
std::string_view sdk_version() noexcept { return CODEX_SDK_VERSION; }

}  // namespace codex
