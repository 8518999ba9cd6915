#include "testing/runtime_home.hpp"

#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "os/environment_variable.hpp"
#include "os/private_folder.hpp"
#include "os/utf8_path.hpp"

namespace codex::testing::detail {

namespace {

using codex::detail::utf8_from_path;
using Settings = std::map<std::string, std::string>;

/// The first line of a config.toml that may be overwritten.
constexpr std::string_view written_by_mock = "# Written by codex::testing::MockModel.\n";

/// Whether a file is there that someone else wrote, such as the config.toml of a person.
bool is_of_others(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string begin(written_by_mock.size(), '\0');
  in.read(begin.data(), static_cast<std::streamsize>(begin.size()));
  return std::filesystem::exists(file) && begin != written_by_mock;
}

void make_home(const std::filesystem::path& folder) {
  if (const std::error_code error = codex::detail::make_private_folder(folder)) {
    throw std::filesystem::filesystem_error("cannot make the home of a MockModel", folder, error);
  }
}

/// JSON strings are TOML basic strings, except for DEL, which these may not contain.
std::string toml_string(const std::string& text) { return Json(text).dump(); }

Settings provider_settings(const MockModelOptions& options, const std::string& url) {
  const std::string provider = "model_providers.mock_provider.";
  return {
      {provider + "name", toml_string("Mock model")},
      {provider + "base_url", toml_string(url + "/v1")},
      {provider + "wire_api", toml_string("responses")},
      {provider + "request_max_retries", "0"},
      {provider + "stream_max_retries", "0"},
      {provider + "requires_openai_auth", options.requires_openai_auth ? "true" : "false"},
  };
}

/// Turns off what the runtime does on the network by itself, and its retries.
Settings quiet_settings() {
  return {
      {"analytics.enabled", "false"},     {"check_for_update_on_startup", "false"},
      {"features.apps", "false"},         {"features.plugin_sharing", "false"},
      {"features.plugins", "false"},      {"features.remote_plugin", "false"},
      {"features.tool_suggest", "false"}, {"features.unbounded_connection_retries", "false"},
      {"feedback.enabled", "false"},      {"otel.exporter", toml_string("none")},
  };
}

std::string config_toml(const MockModelOptions& options, const std::string& url) {
  // The first value of a key stays. All keys are dotted, so that no table is open at the start of
  // `extra_config`.
  Settings settings = options.settings;
  settings.insert({{"model", toml_string(options.model)},
                   {"model_provider", toml_string("mock_provider")},
                   {"approval_policy", toml_string(options.approval_policy)},
                   {"sandbox_mode", toml_string(options.sandbox_mode)}});
  settings.merge(provider_settings(options, url));
  settings.merge(quiet_settings());

  std::string text(written_by_mock);
  for (const auto& [key, value] : settings) text.append(key).append(" = ").append(value) += '\n';
  return text + options.extra_config;
}

}  // namespace

RuntimeHome::RuntimeHome(const std::filesystem::path& codex_home)
    : root_("codex-mock-"),
      codex_home_(codex_home.empty() ? root_.path() / "codex-home"
                                     : std::filesystem::absolute(codex_home)) {
  make_home(codex_home_);
  std::filesystem::create_directory(workspace());
  std::filesystem::create_directory(temp());
}

void RuntimeHome::write_config(const MockModelOptions& options, const std::string& url) const {
  const std::filesystem::path file = codex_home() / "config.toml";
  if (is_of_others(file)) {
    throw std::runtime_error(
        utf8_from_path(file) +
        " was not written by a MockModel: give MockModelOptions::home a folder "
        "of its own");
  }
  std::ofstream out(file, std::ios::binary);
  out << config_toml(options, url) << std::flush;
  if (!out) throw std::runtime_error("cannot write " + utf8_from_path(file));
}

CodexConfig RuntimeHome::config() const {
  CodexConfig config;
  std::string other = codex::detail::environment_variable("CODEX_SDK_TEST_RUNTIME");
  if (!other.empty()) config.codex_bin = std::move(other);
  config.cwd = utf8_from_path(workspace());
  config.env = {
      {"CODEX_APP_SERVER_DISABLE_MANAGED_CONFIG", "1"},
      {"CODEX_HOME", utf8_from_path(codex_home())},
      {"CODEX_SQLITE_HOME", utf8_from_path(codex_home())},
      {"RUST_LOG", "warn"},
      // Keeps out the credentials of the person who runs the tests.
      {"CODEX_ACCESS_TOKEN", ""},
      {"CODEX_API_KEY", ""},
      {"OPENAI_API_KEY", ""},
      // A proxy would carry even loopback's requests away.
      {"NO_PROXY", "127.0.0.1,localhost"},
      {"no_proxy", "127.0.0.1,localhost"},
      // The runtime dislikes a CODEX_HOME below the temporary folder, so it gets another one.
      {"TMPDIR", utf8_from_path(temp())},
      {"TEMP", utf8_from_path(temp())},  // Windows'
      {"TMP", utf8_from_path(temp())},
  };
  return config;
}

}  // namespace codex::testing::detail
