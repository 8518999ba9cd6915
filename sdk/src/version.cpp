#include <codex/protocol/registry.hpp>
#include <codex/version.hpp>

namespace codex {

// One number for both: the SDK is released with the runtime whose protocol it speaks.
std::string_view sdk_version() noexcept { return protocol::runtime_version; }

}  // namespace codex
