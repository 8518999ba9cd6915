#include "testing/scripted/helper_program.hpp"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "runtime/installation.hpp"

namespace codex::testing::detail {
namespace {

namespace fs = std::filesystem;

constexpr const char* name = "codex-scripted-server";

/// In a build that contains the SDK, the build defines it (sdk/CMakeLists.txt).
fs::path built_program() {
  if (constexpr std::string_view known = CODEX_SCRIPTED_SERVER; !known.empty()) return known;
  std::error_code elsewhere;
  const fs::path self = fs::read_symlink("/proc/self/exe", elsewhere);
  return elsewhere ? fs::path() : self.parent_path() / name;
}

}  // namespace

std::string helper_program() {
  if (const char* chosen = std::getenv("CODEX_SCRIPTED_SERVER"); chosen != nullptr) return chosen;
  const fs::path installed = codex::detail::libexec_folder() / name;
  for (const fs::path& program : {built_program(), installed}) {
    std::error_code missing;
    if (fs::is_regular_file(program, missing)) return program.string();
  }
  throw std::runtime_error("ScriptedServer cannot find its helper: there is no " +
                           installed.string() +
                           ". Set CODEX_SCRIPTED_SERVER to where codex-scripted-server is, or use "
                           "ScriptedServer::memory_config(), which needs none.");
}

}  // namespace codex::testing::detail
