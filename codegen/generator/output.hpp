#pragma once

#include <filesystem>
#include <iosfwd>

#include "emit.hpp"

namespace codegen {

/// Writes what changed and removes what is no longer generated. The number of files touched.
/// Touches no file without our banner: throws, before it writes any, where one is in the way.
std::size_t write(const std::filesystem::path& folder, const Files& files);

/// Compares the folder with what would be written and prints the differences. The number of stale
/// files.
std::size_t check(const std::filesystem::path& folder, const Files& files, std::ostream& out);

}  // namespace codegen
