#include "os/reparse_point.hpp"

namespace codex::detail {

bool is_reparse_point(const std::filesystem::path& /*file*/) noexcept { return false; }

}  // namespace codex::detail
