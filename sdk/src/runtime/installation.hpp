#pragma once

#include <filesystem>

namespace codex::detail {

/// The folder of an installed SDK with the programs that the SDK starts: `libexec/codex-sdk`. A
/// shared library finds it relative to itself, and may be moved together with the rest; a static
/// one knows the prefix that it was configured with. The folder need not exist.
[[nodiscard]] std::filesystem::path libexec_folder();

/// Where to look for a runtime that was installed with the SDK, for all users of the machine.
[[nodiscard]] inline std::filesystem::path installed_runtimes() {
  return libexec_folder() / "runtime";
}

}  // namespace codex::detail
