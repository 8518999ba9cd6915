#pragma once

#include <filesystem>

namespace codex::detail {

/// The folder of an installed SDK in which programs are that the SDK starts: `libexec/codex-sdk`.
/// A shared library tells it from where it lies itself, and may be moved together with the rest; a
/// static one knows the prefix that it was configured with. Nothing need be there.
[[nodiscard]] std::filesystem::path libexec_folder();

/// Where a runtime is searched that was installed with the SDK, for all users of the machine.
[[nodiscard]] inline std::filesystem::path installed_runtimes() {
  return libexec_folder() / "runtime";
}

}  // namespace codex::detail
