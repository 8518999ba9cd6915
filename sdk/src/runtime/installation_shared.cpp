#include <dlfcn.h>
#include <system_error>

#include "runtime/installation.hpp"

namespace codex::detail {
namespace {

namespace fs = std::filesystem;

/// The path of the library that contains this function; without links, since those for its version
/// lead elsewhere.
fs::path own_library() {
  Dl_info info{};
  if (::dladdr(reinterpret_cast<const void*>(&own_library), &info) == 0) return {};
  std::error_code failed;
  return fs::canonical(info.dli_fname, failed);
}

}  // namespace

// The build defines the relative path (sdk/CMakeLists.txt).
fs::path libexec_folder() {
  const fs::path library = own_library();
  if (library.empty()) return {};
  return (library.parent_path() / CODEX_LIBEXEC).lexically_normal();
}

}  // namespace codex::detail
