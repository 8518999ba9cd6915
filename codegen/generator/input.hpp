#pragma once

#include <filesystem>

#include "history_add.hpp"
#include "model.hpp"

namespace codegen {

/// Paths that replace files in a schema's folder, unless empty.
struct OwnFiles {
  std::filesystem::path responses = {};
  std::filesystem::path history = {};
  std::filesystem::path corrections = {};
  bool no_history = false;  // even if the folder has one
};

/// Reads a folder with the layout of `schema/`: `stable/`, `experimental/`, `responses.json` and,
/// if present, `corrections.json`, `history.json` and `runtime.json`. Throws an error with the
/// file, or the place in it.
Model read_model(const std::filesystem::path& schema, const OwnFiles& own);

/// The same folder as its runtime printed it, with the corrections and without a history. The
/// version comes from `runtime.json` unless given.
Snapshot read_snapshot(const std::filesystem::path& schema, const std::string& version,
                       const OwnFiles& own);

}  // namespace codegen
