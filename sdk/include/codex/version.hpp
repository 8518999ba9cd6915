#pragma once

#include <string_view>

namespace codex {

/// The version of this SDK: that of the runtime it was made for (`protocol::runtime_version`),
/// "0.169.0"; a fourth number, "0.169.0.1", is a revision of the SDK for the same runtime.
std::string_view sdk_version() noexcept;

}  // namespace codex
