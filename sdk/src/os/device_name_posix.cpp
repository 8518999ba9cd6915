#include "os/device_name.hpp"

namespace codex::detail {

// Devices are files, which say that they are none.
bool is_device_name(const std::filesystem::path& /*name*/) { return false; }

}  // namespace codex::detail
