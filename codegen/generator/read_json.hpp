#pragma once

#include <filesystem>

#include "schema.hpp"

namespace codegen {

/// Reads a JSON file within JsonLimits. Throws an error with the file.
Json read_json(const std::filesystem::path& path);

/// The same for a file with an object.
Json read_object(const std::filesystem::path& path);

}  // namespace codegen
