#include "testing/scripted/helper_program.hpp"

#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "os/environment_variable.hpp"
#include "os/utf8_path.hpp"
#include "runtime/installation.hpp"
#include "testing/scripted/own_program.hpp"

namespace codex::testing::detail {
namespace {

namespace fs = std::filesystem;

/// In a build that contains the SDK, the build defines it (sdk/CMakeLists.txt).
fs::path built_program() {
  if (constexpr std::string_view known = CODEX_SCRIPTED_SERVER; !known.empty()) {
    return codex::detail::path_from_utf8(known);
  }
  const fs::path self = own_program();
  return self.empty() ? fs::path() : self.parent_path() / name_of_helper();
}

}  // namespace

std::string helper_program() {
  if (auto chosen = codex::detail::find_environment_variable("CODEX_SCRIPTED_SERVER")) {
    return *std::move(chosen);
  }
  const fs::path installed = codex::detail::libexec_folder() / name_of_helper();
  for (const fs::path& program : {built_program(), installed}) {
    std::error_code missing;
    if (fs::is_regular_file(program, missing)) return codex::detail::utf8_from_path(program);
  }
  throw std::runtime_error("ScriptedServer cannot find its helper: there is no " +
                           codex::detail::utf8_from_path(installed) +
                           ". Set CODEX_SCRIPTED_SERVER to where codex-scripted-server is, or use "
                           "ScriptedServer::memory_config(), which needs none.");
}

}  // namespace codex::testing::detail
