#pragma once

#include <filesystem>

#include "model.hpp"

namespace codegen {

/// Reads a folder laid out as `schema/` is: `stable/`, `experimental/`, `responses.json` (which a
/// file of one's own replaces unless `responses` is empty) and, where there is one, `runtime.json`.
/// Throws what names the file, or the place in it.
Model read_model(const std::filesystem::path& schema, const std::filesystem::path& responses);

}  // namespace codegen
