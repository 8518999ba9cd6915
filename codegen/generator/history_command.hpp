#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

#include "input.hpp"

namespace codegen {

/// A folder laid out as `schema/` is, and its version where `runtime.json` does not say it.
struct HistorySource {
  std::filesystem::path schema;
  std::string version;
};

/// `history add`: extends the file, which is made when it is missing, by each step from one schema
/// to the next, and tells what came of it. Throws what names the file, or the place in it.
void extend_history(const std::filesystem::path& file, const std::vector<HistorySource>& sources,
                    const OwnFiles& own, std::ostream& out);

}  // namespace codegen
