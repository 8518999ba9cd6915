#include <codex/errors.hpp>

#include "os/environment_variable.hpp"
#include "os/system_defaults.hpp"
#include "os/utf8_path.hpp"
#include "runtime/runtime_places.hpp"

namespace codex::detail {

namespace fs = std::filesystem;

fs::path runtimes_of_this_user() {
  fs::path cache = path_from_utf8(environment_variable("LOCALAPPDATA"));
  if (!cache.is_absolute()) {
    const fs::path home = path_from_utf8(home_of_this_user());
    if (!home.is_absolute()) {
      throw RuntimeNotFoundError(
          "Cannot tell where the Codex runtime is: neither CODEX_SDK_RUNTIME_DIR nor LOCALAPPDATA "
          "is set to an absolute path, and this user has no profile. Set CODEX_SDK_RUNTIME_DIR to "
          "the folder of runtimes.");
    }
    cache = home / "AppData" / "Local";
  }
  return cache / "codex-sdk" / "runtime";
}

std::string_view runtime_program() noexcept { return "bin\\codex.exe"; }

std::string_view how_to_close() noexcept {
  return "take its ownership and the rights of others (takeown, icacls)";
}

std::string home_variable() { return "USERPROFILE"; }

// Windows' sandbox asks for these two, whatever else there is.
std::vector<std::string> temp_variables() { return {"TEMP", "TMP"}; }

bool has_slash_tmp() noexcept { return false; }

char path_separator() noexcept { return ';'; }

}  // namespace codex::detail
