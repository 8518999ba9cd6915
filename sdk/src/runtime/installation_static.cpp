#include "os/utf8_path.hpp"
#include "runtime/installation.hpp"

namespace codex::detail {

// The build defines it (sdk/CMakeLists.txt).
std::filesystem::path libexec_folder() { return path_from_utf8(CODEX_LIBEXEC); }

}  // namespace codex::detail
