#include "session/input_check.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include <codex/errors.hpp>
#include <codex/protocol/registry.hpp>

#include "os/environment_variable.hpp"
#include "os/utf8_path.hpp"
#include "text/printable.hpp"
#include "wire/envelope.hpp"

namespace codex::detail {
namespace {

namespace types = codex::protocol;

// The efforts of the pinned runtime's models, and further ones of the model API. A test compares
// them with model/list.
constexpr std::array<std::string_view, 8> efforts = {"none", "minimal", "low", "medium",
                                                     "high", "xhigh",   "max", "ultra"};

[[noreturn]] void refuse(const std::string& what, const std::string& value, const char* problem) {
  throw CodexError(what + " \"" + printable(value) + "\" " + problem);
}

void refuse_zero_bytes(const std::string& what, const std::string& value) {
  if (value.find('\0') == std::string::npos) return;
  refuse(what, value, "has a zero byte in it, where the operating system would cut it off");
}

/// Distinguishes a missing path from one that this process may not look at.
void refuse_missing(const std::string& what, const std::string& value,
                    const std::filesystem::path& path, const std::string& remedy) {
  std::error_code error;
  if (std::filesystem::exists(path, error)) return;
  const std::string problem =
      error ? "cannot be looked at: " + error.message() + "." : "does not exist." + remedy;
  refuse(what, value,
         (problem + " Where the runtime has files of its own (a container), start it with "
                    "CodexConfig::launch_args_override: then files are not checked.")
             .c_str());
}

/// For text that goes over the wire, where invalid UTF-8 would become something else.
void refuse_other_text(const std::string& what, const std::string& text) {
  if (!is_utf8(text)) refuse(what, text, "is not valid UTF-8, and the protocol is");
}

void refuse_lossy_path(const std::string& what, const std::string& path) {
  refuse_zero_bytes(what, path);
  refuse_other_text(what, path);
}

void refuse_other_path(const std::string& what, const std::string& path) {
  if (path.empty()) throw CodexError(what + " is empty. Leave it out, or name one that is there.");
  refuse_lossy_path(what, path);
}

/// The name of a variable.
void refuse_other_name(const char* what, const std::string& name) {
  refuse_zero_bytes(what, name);
  if (name.empty() || name.find('=') != std::string::npos) {
    refuse(what, name, "is no name of a variable");
  }
}

/// For the names that go over the wire with the handshake.
void refuse_lossy_names(const CodexConfig& config) {
  refuse_other_text("CodexConfig::client_name", config.client_name);
  refuse_other_text("CodexConfig::client_title", config.client_title);
  refuse_other_text("CodexConfig::client_version", config.client_version);
  for (const auto& method : config.opt_out_notification_methods) {
    refuse_other_text("CodexConfig::opt_out_notification_methods", method);
  }
}

void refuse_other_home(const CodexConfig& config) {
  const bool is_local =
      !config.transport && !config.endpoint && config.launch_args_override.empty();
  if (config.take_login && (!config.home || !is_local)) {
    throw CodexError(
        "CodexConfig::take_login needs CodexConfig::home, and a runtime that the SDK starts "
        "itself: no endpoint, no launch_args_override and no transport.");
  }
  if (!config.home) return;
  const std::string& home = *config.home;
  refuse_other_path("CodexConfig::home", home);
  if (!path_from_utf8(home).is_absolute()) {
    refuse("CodexConfig::home", home, "is relative. Give an absolute path.");
  }
  const auto is_its = [](const std::string& name) { return are_same_variable(name, "CODEX_HOME"); };
  if (std::ranges::any_of(config.unset_env, is_its)) {
    refuse("CodexConfig::home", home, "is unset by CodexConfig::unset_env. Leave one of them out.");
  }
  if (std::ranges::any_of(config.env, [&](const auto& variable) {
        return is_its(variable.first) && variable.second != home;
      })) {
    refuse("CodexConfig::home", home,
           "is not the CODEX_HOME of CodexConfig::env. Leave one of them out.");
  }
}

}  // namespace

InputCheck::InputCheck(const CodexConfig& config)
    : sees_our_files_(!config.transport && !config.endpoint && config.launch_args_override.empty()),
      runtime_cwd_(config.cwd.value_or("")) {}

void InputCheck::config(const CodexConfig& config) {
  if (config.codex_bin) refuse_zero_bytes("CodexConfig::codex_bin", *config.codex_bin);
  if (config.cwd) refuse_other_path("CodexConfig::cwd", *config.cwd);
  if (config.wire_log) refuse_zero_bytes("CodexConfig::wire_log", *config.wire_log);
  for (const auto& argument : config.launch_args_override) {
    refuse_zero_bytes("CodexConfig::launch_args_override", argument);
  }
  for (const auto& setting : config.config_overrides) {
    refuse_zero_bytes("CodexConfig::config_overrides", setting);
  }
  for (const auto& [name, value] : config.env) {
    refuse_other_name("CodexConfig::env", name);
    // Not the value itself, which may be a secret.
    if (value.find('\0') != std::string::npos) {
      refuse("The value of CodexConfig::env", name, "has a zero byte in it");
    }
  }
  for (const auto& name : config.unset_env) {
    refuse_other_name("CodexConfig::unset_env", name);
    if (config.env.contains(name)) {
      refuse("CodexConfig::unset_env", name, "is set by CodexConfig::env. Leave one of them out.");
    }
  }
  if (config.ca_file) refuse_zero_bytes("CodexConfig::ca_file", *config.ca_file);
  for (const auto& argument : config.ssh_command) {
    refuse_zero_bytes("CodexConfig::ssh_command", argument);
  }
  for (const auto& argument : config.remote_codex) {
    refuse_zero_bytes("CodexConfig::remote_codex", argument);
  }
  refuse_lossy_names(config);
  if (!config.endpoint &&
      (config.bearer_token || config.bearer_token_file || config.bearer_token_env_var)) {
    throw CodexError("CodexConfig::bearer_token is for CodexConfig::endpoint, which is not set.");
  }
  if (config.endpoint && config.transport) {
    throw CodexError(
        "CodexConfig::endpoint and CodexConfig::transport both say where the runtime "
        "is. Leave one of them out.");
  }
  if (config.endpoint && !config.launch_args_override.empty()) {
    throw CodexError(
        "CodexConfig::endpoint attaches to a runtime, CodexConfig::launch_args_override "
        "starts one. Leave one of them out.");
  }
  refuse_other_home(config);
}

void InputCheck::cwd(const Optional<std::string>& cwd) const {
  if (!cwd) return;
  refuse_other_path("cwd", *cwd);
  if (!sees_our_files_) return;
  const std::filesystem::path folder = path_from_utf8(*cwd);
  if (!folder.is_absolute()) {
    refuse("cwd", *cwd, "is relative. Give an absolute path: std::filesystem::absolute makes one.");
  }
  refuse_missing("cwd", *cwd, folder, " Make the folder first.");
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored)) refuse("cwd", *cwd, "is no folder.");
}

void InputCheck::list(const ThreadListOptions& options) {
  if (!options.cwd) return;
  const auto* one = options.cwd->as<std::string>();
  if (one) refuse_lossy_path("ThreadListOptions::cwd", *one);
  const auto* several = options.cwd->as<std::vector<std::string>>();
  if (!several) return;
  for (const std::string& cwd : *several) refuse_lossy_path("ThreadListOptions::cwd", cwd);
}

void InputCheck::effort(const Optional<std::string>& effort, const std::string& runtime_version) {
  if (!effort) return;
  if (effort->empty()) throw CodexError("effort is empty. Leave it out for the model's default.");
  if (runtime_version != types::runtime_version) return;  // its models may have other efforts
  if (std::find(efforts.begin(), efforts.end(), *effort) != efforts.end()) return;
  refuse("effort", *effort,
         "is none that a model of this runtime has; Codex::models() lists them. extra_params pass "
         "on any other.");
}

void InputCheck::items(const Input& input) const {
  for (const auto& item : input.items()) {
    const auto& wire = item.wire();
    if (const auto* image = wire.as<types::LocalImageUserInput>()) {
      file("The image file", image->path);
    } else if (const auto* audio = wire.as<types::LocalAudioUserInput>()) {
      file("The audio file", audio->path);
    } else if (const auto* skill = wire.as<types::SkillUserInput>()) {
      file("The skill file", skill->path);
    }
  }
}

void InputCheck::refuse_null(const char* name) {
  throw CodexError(std::string(name) +
                   " cannot be null, which the protocol has no meaning for. Leave it out.");
}

void InputCheck::file(const char* what, const std::string& path) const {
  refuse_other_path(what, path);
  if (!sees_our_files_) return;
  const std::filesystem::path file = path_from_utf8(runtime_cwd_) / path_from_utf8(path);
  refuse_missing(what, path, file, "");
  std::error_code ignored;
  // A pipe would block.
  if (!std::filesystem::is_regular_file(file, ignored)) refuse(what, path, "is no file.");
  if (!std::ifstream(file)) refuse(what, path, "cannot be read.");
}

}  // namespace codex::detail
