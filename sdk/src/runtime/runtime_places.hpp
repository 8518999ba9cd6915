#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace codex::detail {

// What runtimes and their folders are called on this system.

/// Where `tools/fetch_runtime` installs runtimes: in this user's cache folder. Throws
/// RuntimeNotFoundError if no variable names it by an absolute path.
[[nodiscard]] std::filesystem::path runtimes_of_this_user();

/// The program, within the folder of a runtime.
[[nodiscard]] std::string_view runtime_program() noexcept;

/// What to do about files that others can change: "chown it and ...".
[[nodiscard]] std::string_view how_to_close() noexcept;

/// The variable that names this user's home folder.
[[nodiscard]] std::string home_variable();

/// The variables that name folders for temporary files, which a sandbox may let commands write.
[[nodiscard]] std::vector<std::string> temp_variables();

/// Whether such a folder is `/tmp`, too.
[[nodiscard]] bool has_slash_tmp() noexcept;

/// Between the entries of PATH.
[[nodiscard]] char path_separator() noexcept;

}  // namespace codex::detail
