#pragma once

#include <filesystem>
#include <string>

#include <codex/testing.hpp>

#include "testing/temp_dir.hpp"

namespace codex::testing::detail {

/// The folders of a runtime on a mock model. They are temporary, but for a CODEX_HOME of the app's.
class RuntimeHome {
 public:
  /// `codex_home`: empty for a temporary one. Throws `std::runtime_error` if it cannot be made.
  explicit RuntimeHome(const std::filesystem::path& codex_home);

  /// Writes config.toml for a runtime whose model is at `url`. Throws `std::runtime_error` if it
  /// cannot be written, or is there and was written by someone else.
  void write_config(const MockModelOptions& options, const std::string& url) const;

  [[nodiscard]] CodexConfig config() const;
  [[nodiscard]] std::filesystem::path codex_home() const { return codex_home_; }
  [[nodiscard]] std::filesystem::path workspace() const { return root_.path() / "workspace"; }

 private:
  [[nodiscard]] std::filesystem::path temp() const { return root_.path() / "tmp"; }

  TempDir root_;
  std::filesystem::path codex_home_;
};

}  // namespace codex::testing::detail
