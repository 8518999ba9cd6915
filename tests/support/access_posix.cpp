#include "support/access.hpp"

namespace codex::testing {

bool is_open_to_others(const std::filesystem::path& place) {
  namespace fs = std::filesystem;
  const fs::perms others = fs::perms::group_all | fs::perms::others_all;
  return (fs::status(place).permissions() & others) != fs::perms::none;
}

}  // namespace codex::testing
