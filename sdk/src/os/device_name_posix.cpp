#include "os/device_name.hpp"

namespace codex::detail {

// A device is a file here, whose type says what it is.
bool is_device_name(const std::filesystem::path& /*name*/) { return false; }

}  // namespace codex::detail
