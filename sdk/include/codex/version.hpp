#pragma once

#include <string_view>

// CODEX_SDK_VERSION ("0.169.0"), CODEX_SDK_VERSION_MAJOR, _MINOR and _PATCH (0, 169, 0): what
// `sdk_version` says, for the preprocessor.
#include <codex/version_numbers.hpp>

namespace codex {

/// The version of this SDK: that of the runtime it was made for (`protocol::runtime_version`),
/// "0.169.0"; a fourth number, "0.169.0.1", is a revision of the SDK for the same runtime. As a
/// macro: `CODEX_SDK_VERSION`, and its numbers `CODEX_SDK_VERSION_MAJOR`, `_MINOR`, `_PATCH`. These
/// are of the headers, the function is of the library.
std::string_view sdk_version() noexcept;

}  // namespace codex
