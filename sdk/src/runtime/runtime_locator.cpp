#include "runtime/runtime_locator.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <codex/errors.hpp>

#include "mask/mask.hpp"
#include "os/environment_variable.hpp"
#include "os/utf8_path.hpp"
#include "runtime/child_environment.hpp"
#include "runtime/runtime_places.hpp"
#include "runtime/trusted_folder.hpp"

namespace codex::detail {
namespace {

namespace fs = std::filesystem;

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

[[noreturn]] void throw_not_installed(const std::string& problem) {
  throw RuntimeNotFoundError(problem +
                             ". Run codex-fetch-runtime (tools/fetch_runtime of the SDK) to "
                             "install it, or set CodexConfig.codex_bin to a Codex binary.");
}

void require_trusted(const fs::path& folder) {
  const std::string problem = why_untrusted(folder);
  if (problem.empty()) return;
  throw RuntimeNotFoundError(
      "The Codex runtime in " + utf8_from_path(folder) + " is not started: " + problem +
      ", so others decide what runs. Remove it and run codex-fetch-runtime (tools/fetch_runtime of "
      "the SDK), or " +
      std::string(how_to_close()) +
      " where you know its content; or set CODEX_SDK_RUNTIME_DIR to another folder, or "
      "CodexConfig.codex_bin to a Codex binary.");
}

std::string checked_binary(const std::string& codex_bin) {
  std::error_code error;
  const fs::path binary = path_from_utf8(codex_bin);
  const fs::file_status status = fs::status(binary, error);
  if (!fs::is_regular_file(status)) {
    throw RuntimeNotFoundError("Codex binary not found at " + codex_bin +
                               (fs::exists(status) ? ", which is no file" : "") +
                               ". Set CodexConfig.codex_bin to a valid binary path.");
  }
  return utf8_from_path(fs::absolute(binary));
}

std::string pinned_binary(const fs::path& folder, const PinnedRuntime& pinned) {
  if (!is_folder(folder)) {
    throw_not_installed("The Codex runtime " + pinned.version + " (" + pinned.platform +
                        ") is not installed: there is no folder " + utf8_from_path(folder));
  }
  require_trusted(folder);
  if (!is_file(folder / "codex-package.json")) {
    throw_not_installed("The Codex runtime in " + utf8_from_path(folder) +
                        " is incomplete: codex-package.json is missing");
  }
  const fs::path binary = folder / runtime_program();
  if (!is_file(binary)) {
    throw_not_installed("The Codex runtime in " + utf8_from_path(folder) +
                        " is incomplete: " + std::string(runtime_program()) + " is missing");
  }
  return utf8_from_path(binary);
}

// Puts the folder first in a PATH, once; removes empty entries, which mean the current directory.
std::string with_folder_first(const std::string& folder, std::string_view path) {
  std::string result = folder;
  while (!path.empty()) {
    const std::string_view entry = path.substr(0, path.find(path_separator()));
    if (!entry.empty() && entry != folder) (result += path_separator()).append(entry);
    path.remove_prefix(std::min(entry.size() + 1, path.size()));
  }
  return result;
}

/// `env_http_headers` has names of variables, `http_headers` has secrets.
bool holds_secret(const std::string& setting) {
  const std::string_view key = std::string_view(setting).substr(0, setting.find('='));
  return key.find("env_http_headers") == std::string_view::npos && mask_secrets(setting) != setting;
}

/// Keeps secrets off the command line, which every user of the machine can read.
void refuse_secrets(const std::vector<std::string>& overrides) {
  for (std::size_t index = 0; index < overrides.size(); ++index) {
    if (!holds_secret(overrides[index])) continue;
    throw CodexError("CodexConfig::config_overrides[" + std::to_string(index) +
                     "] looks like a secret (" + excerpt(overrides[index]) +
                     "), and every user of the machine can read a command line. Put it into "
                     "CodexConfig::env and name its variable (env_key of a model provider, "
                     "bearer_token_env_var of an MCP server), or into ThreadStartOptions::config.");
  }
}

std::vector<std::string> app_server_command(const std::string& binary,
                                            const std::vector<std::string>& overrides,
                                            const std::vector<std::string>& arguments) {
  refuse_secrets(overrides);
  std::vector<std::string> argv = {binary};
  for (const std::string& setting : overrides) argv.insert(argv.end(), {"--config", setting});
  argv.emplace_back("app-server");
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return argv;
}

}  // namespace

std::string runtime_folder(const PinnedRuntime& pinned) {
  const std::string name = pinned.version + "-" + pinned.platform;
  if (const std::string chosen = environment_variable("CODEX_SDK_RUNTIME_DIR"); !chosen.empty()) {
    const fs::path folder = path_from_utf8(chosen);
    if (!folder.is_absolute()) {
      throw RuntimeNotFoundError("CODEX_SDK_RUNTIME_DIR is " + chosen +
                                 ", which depends on the current folder: make it absolute");
    }
    return utf8_from_path(folder / name);
  }
  if (!pinned.installed_in.empty()) {
    const fs::path installed = path_from_utf8(pinned.installed_in) / name;
    if (is_folder(installed)) return utf8_from_path(installed);
  }
  return utf8_from_path(runtimes_of_this_user() / name);
}

LaunchCommand locate_runtime(const CodexConfig& config, const PinnedRuntime& pinned,
                             const std::vector<std::string>& arguments) {
  if (!config.launch_args_override.empty()) {
    return {.argv = config.launch_args_override, .env = config.env};
  }
  if (config.codex_bin) {
    return {.argv = app_server_command(checked_binary(*config.codex_bin), config.config_overrides,
                                       arguments),
            .env = config.env};
  }
  const fs::path folder = path_from_utf8(runtime_folder(pinned));
  LaunchCommand command{
      .argv = app_server_command(pinned_binary(folder, pinned), config.config_overrides, arguments),
      .env = config.env};
  const fs::path tools = folder / "codex-path";
  if (is_folder(tools)) {
    const EnvironmentChange environment{.set = config.env, .unset = config.unset_env};
    std::erase_if(command.env,
                  [](const auto& entry) { return are_same_variable(entry.first, "PATH"); });
    command.env["PATH"] = with_folder_first(utf8_from_path(tools), environment.search_path());
  }
  return command;
}

}  // namespace codex::detail
