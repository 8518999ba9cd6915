#include "runtime/installation.hpp"

namespace codex::detail {

// The build defines it (sdk/CMakeLists.txt).
std::filesystem::path libexec_folder() { return CODEX_LIBEXEC; }

}  // namespace codex::detail
