#include "runtime/platform_name.hpp"

namespace codex::detail {

// The build defines it (sdk/CMakeLists.txt).
std::string_view platform_name() noexcept { return CODEX_SDK_PLATFORM; }

}  // namespace codex::detail
