#pragma once

#include <string_view>

// CODEX_SDK_VERSION ("0.169.0"), CODEX_SDK_VERSION_MAJOR, _MINOR and _PATCH (0, 169, 0): what
// `sdk_version` returns, for the preprocessor.
#include <codex/version_numbers.hpp>

namespace codex {

/// The version of this SDK: that of the runtime it was made for (`protocol::runtime_version`),
/// "0.169.0"; a fourth number, "0.169.0.1", is a revision of the SDK for the same runtime. The
/// macros `CODEX_SDK_VERSION`, `CODEX_SDK_VERSION_MAJOR`, `_MINOR` and `_PATCH` give the version of
/// the headers, the function that of the library.
std::string_view sdk_version() noexcept;

}  // namespace codex
