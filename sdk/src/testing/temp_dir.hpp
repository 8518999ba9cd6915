#pragma once

#include "os/temp_dir.hpp"

namespace codex::testing::detail {

using codex::detail::TempDir;

}  // namespace codex::testing::detail
