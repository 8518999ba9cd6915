#include <codex/version.hpp>

namespace codex {

std::string_view sdk_version() noexcept { return CODEX_SDK_VERSION; }

}  // namespace codex
