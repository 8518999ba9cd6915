#include <system_error>

#include "testing/scripted/own_program.hpp"

namespace codex::testing::detail {

// Linux. Elsewhere the build says where the helper is.
std::filesystem::path own_program() {
  std::error_code elsewhere;
  std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", elsewhere);
  return elsewhere ? std::filesystem::path() : self;
}

std::string_view name_of_helper() noexcept { return "codex-scripted-server"; }

}  // namespace codex::testing::detail
