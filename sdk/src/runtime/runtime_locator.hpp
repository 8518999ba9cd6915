#pragma once

#include <map>
#include <string>
#include <vector>

#include <codex/config.hpp>

namespace codex::detail {

/// Which runtime this SDK was made for.
struct PinnedRuntime {
  std::string version;   // `0.169.0`
  std::string platform;  // `linux-x64`
  /// A folder of runtimes that came with the SDK; empty if there is none.
  std::string installed_in = {};
};

/// How to start a runtime: the command line, and the environment to merge over our own.
struct LaunchCommand {
  std::vector<std::string> argv;
  std::map<std::string, std::string> env;
};

/// Where the pinned runtime is or would be: below `CODEX_SDK_RUNTIME_DIR` if that is set; else in
/// the SDK's installation, if it came with it; else where `tools/fetch_runtime` installs it, in the
/// user's cache folder. Throws RuntimeNotFoundError if the place depends on the current folder.
[[nodiscard]] std::string runtime_folder(const PinnedRuntime& pinned);

/// Decides which runtime to start: `launch_args_override`, else `codex_bin`, else the pinned one;
/// never one from PATH. The pinned one must be trusted: only this user and root can have put it
/// there or can change it (see `why_untrusted`). Throws RuntimeNotFoundError, which says what is
/// missing or wrong and what to do.
/// `arguments`: those of its app-server.
[[nodiscard]] LaunchCommand locate_runtime(const CodexConfig& config, const PinnedRuntime& pinned,
                                           const std::vector<std::string>& arguments = {
                                               "--listen", "stdio://"});

}  // namespace codex::detail
