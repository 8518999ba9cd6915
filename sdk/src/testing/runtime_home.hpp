#pragma once

#include <filesystem>
#include <string>

#include <codex/testing.hpp>

#include "testing/temp_dir.hpp"

namespace codex::testing::detail {

/// The temporary folders of a runtime on a mock model.
class RuntimeHome {
 public:
  RuntimeHome();

  /// Writes config.toml for a runtime whose model is at `url`. Throws `std::runtime_error` if it
  /// cannot be written.
  void write_config(const MockModelOptions& options, const std::string& url) const;

  [[nodiscard]] CodexConfig config() const;
  [[nodiscard]] std::filesystem::path codex_home() const { return root_.path() / "codex-home"; }
  [[nodiscard]] std::filesystem::path workspace() const { return root_.path() / "workspace"; }

 private:
  [[nodiscard]] std::filesystem::path temp() const { return root_.path() / "tmp"; }

  TempDir root_;
};

}  // namespace codex::testing::detail
