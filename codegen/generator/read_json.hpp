#pragma once

#include <filesystem>

#include "schema.hpp"

namespace codegen {

/// A file of JSON within JsonLimits. Throws what names the file.
Json read_json(const std::filesystem::path& path);

/// The same for a file that is an object.
Json read_object(const std::filesystem::path& path);

}  // namespace codegen
