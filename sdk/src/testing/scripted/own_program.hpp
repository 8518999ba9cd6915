#pragma once

#include <filesystem>
#include <string_view>

namespace codex::testing::detail {

/// The file of the program that runs; empty if unknown.
[[nodiscard]] std::filesystem::path own_program();

/// What the helper is called in its folder.
[[nodiscard]] std::string_view name_of_helper() noexcept;

}  // namespace codex::testing::detail
