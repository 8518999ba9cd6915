#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

#include "input.hpp"

namespace codegen {

/// A folder with the layout of `schema/`, and its version if `runtime.json` does not have it.
struct HistorySource {
  std::filesystem::path schema;
  std::string version;
};

/// `history add`: extends the file, which is created if missing, by each step from one schema to
/// the next, and reports the result. Throws an error with the file, or the place in it.
void extend_history(const std::filesystem::path& file, const std::vector<HistorySource>& sources,
                    const OwnFiles& own, std::ostream& out);

}  // namespace codegen
