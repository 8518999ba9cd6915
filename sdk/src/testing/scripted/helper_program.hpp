#pragma once

#include <string>

namespace codex::testing::detail {

/// The program `codex-scripted-server`: the one that the variable CODEX_SCRIPTED_SERVER names, else
/// the one next to this program (in a build of the SDK), else that of the installation. Throws
/// std::runtime_error if there is none.
[[nodiscard]] std::string helper_program();

}  // namespace codex::testing::detail
