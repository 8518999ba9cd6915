#pragma once

#include <filesystem>

#include "history_add.hpp"
#include "model.hpp"

namespace codegen {

/// Files that take the place of those in a schema's folder, unless they are empty.
struct OwnFiles {
  std::filesystem::path responses = {};
  std::filesystem::path history = {};
  std::filesystem::path corrections = {};
  bool no_history = false;  // not even where the folder has one
};

/// Reads a folder laid out as `schema/` is: `stable/`, `experimental/`, `responses.json` and, where
/// they are there, `corrections.json`, `history.json` and `runtime.json`. Throws what names the
/// file, or the place in it.
Model read_model(const std::filesystem::path& schema, const OwnFiles& own);

/// The same folder as its runtime printed it, but for the corrections, and without a history. The
/// version is that of `runtime.json` unless it is given.
Snapshot read_snapshot(const std::filesystem::path& schema, const std::string& version,
                       const OwnFiles& own);

}  // namespace codegen
