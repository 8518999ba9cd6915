#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace codex::detail {

using VersionNumbers = std::array<unsigned, 3>;

/// The version of a runtime: "0.169.0", "0.170.0-alpha.2". 0.0.0 is a build from a checkout, which
/// counts as the newest.
struct RuntimeVersion {
  std::string text = {};
  VersionNumbers numbers = {};
  bool is_prerelease = false;

  /// Nothing if it is no version.
  [[nodiscard]] static std::optional<RuntimeVersion> parse(std::string_view text);

  /// Whether this is the released version or a later one; its own prereleases come before it.
  [[nodiscard]] bool is_at_least(const VersionNumbers& release) const noexcept;
};

/// The version in a user agent, "NAME/0.169.0 (Debian 12; x86_64) ..."; empty if there is none.
/// NAME is the client's name, or the value of CODEX_INTERNAL_ORIGINATOR_OVERRIDE, slashes included;
/// the runtime replaces characters that do not fit into a header.
[[nodiscard]] std::string version_in(std::string_view user_agent, std::string_view client_name);

}  // namespace codex::detail
