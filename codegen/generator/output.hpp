#pragma once

#include <filesystem>
#include <iosfwd>

#include "emit.hpp"

namespace codegen {

/// Writes changed files and removes those that are no longer generated. Returns the number of files
/// touched. Touches no file without our banner: if one is in the way, throws before writing any.
std::size_t write(const std::filesystem::path& folder, const Files& files);

/// Compares the folder with what would be written and prints the differences. Returns the number of
/// stale files.
std::size_t check(const std::filesystem::path& folder, const Files& files, std::ostream& out);

}  // namespace codegen
