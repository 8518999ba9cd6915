#include <string>

#include <codex/errors.hpp>

#include "os/environment_variable.hpp"
#include "os/system_defaults.hpp"
#include "runtime/runtime_places.hpp"

namespace codex::detail {

namespace fs = std::filesystem;

/// Ignores a relative XDG_CACHE_HOME, as its standard says; the current folder may belong to
/// anyone.
fs::path runtimes_of_this_user() {
  fs::path cache = environment_variable("XDG_CACHE_HOME");
  if (!cache.is_absolute()) {
    const std::string named = environment_variable("HOME");
    const fs::path home = named.empty() ? home_of_this_user() : named;
    if (!home.is_absolute()) {
      throw RuntimeNotFoundError(
          "Cannot tell where the Codex runtime is: neither CODEX_SDK_RUNTIME_DIR, XDG_CACHE_HOME "
          "nor HOME is set to an absolute path, " +
          std::string(named.empty() ? "and this user's password entry has no home folder"
                                    : "and HOME is relative") +
          ". Set CODEX_SDK_RUNTIME_DIR to the folder of runtimes.");
    }
    cache = home / ".cache";
  }
  return cache / "codex-sdk" / "runtime";
}

std::string_view runtime_program() noexcept { return "bin/codex"; }

std::string_view how_to_close() noexcept { return "chown it and chmod go-w it"; }

std::string home_variable() { return "HOME"; }

std::vector<std::string> temp_variables() { return {"TMPDIR"}; }

bool has_slash_tmp() noexcept { return true; }

char path_separator() noexcept { return ':'; }

}  // namespace codex::detail
