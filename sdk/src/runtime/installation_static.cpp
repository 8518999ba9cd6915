#include "runtime/installation.hpp"

namespace codex::detail {

// The build says where (sdk/CMakeLists.txt).
std::filesystem::path libexec_folder() { return CODEX_LIBEXEC; }

}  // namespace codex::detail
