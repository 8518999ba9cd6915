#include <system_error>

#include "os/file_names.hpp"

namespace codex::detail {

bool has_one_name(const std::filesystem::path& file) noexcept {
  std::error_code error;
  return std::filesystem::hard_link_count(file, error) == 1;
}

}  // namespace codex::detail
