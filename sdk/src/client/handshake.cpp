#include "client/handshake.hpp"

#include <array>
#include <charconv>
#include <optional>

#include <codex/errors.hpp>
#include <codex/protocol/session.hpp>
#include <codex/version.hpp>

namespace codex::detail {
namespace {

std::string advice() {
  return " This SDK was made for runtime " + std::string(sdk_version()) +
         ": run tools/fetch_runtime to install it, and leave CodexConfig::codex_bin unset or point "
         "it at such a runtime.";
}

/// "NAME/0.169.0 (Debian 12; x86_64) ..." -> "0.169.0". NAME is what we call ourselves, slashes and
/// all.
std::string version_of(std::string_view user_agent, std::string_view client_name) {
  if (user_agent.starts_with(client_name) &&
      user_agent.substr(client_name.size()).starts_with('/')) {
    user_agent.remove_prefix(client_name.size() + 1);
  } else {
    user_agent.remove_prefix(user_agent.find('/') + 1);  // npos + 1 is 0
  }
  return std::string(user_agent.substr(0, user_agent.find(' ')));
}

using Version = std::array<unsigned, 3>;

/// The numbers of "0.169.0" or "0.169.0-alpha.1"; nothing when it is no version.
std::optional<Version> parse_version(std::string_view text) {
  Version version{};
  for (std::size_t part = 0; part < version.size(); ++part) {
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), version[part]);
    if (error != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (part + 1 == version.size()) return version;
    if (!text.starts_with('.')) return std::nullopt;
    text.remove_prefix(1);
  }
  return version;
}

/// 0.0.0 is what a runtime that was built from a checkout calls itself.
bool is_too_old(const Version& version) {
  return version != Version{} && version < *parse_version(minimum_runtime_version);
}

std::string text_member(const Json& json, const char* name) {
  const auto member = json.find(name);
  return member != json.end() && member->is_string() ? member->get<std::string>() : std::string();
}

}  // namespace

std::string initialize_params(const CodexConfig& config) {
  protocol::InitializeCapabilities capabilities{.experimental_api = config.experimental_api};
  if (!config.opt_out_notification_methods.empty()) {
    capabilities.opt_out_notification_methods = config.opt_out_notification_methods;
  }
  return protocol::encode(protocol::InitializeParams{
      .client_info = {.name = config.client_name,
                      .version = config.client_version.empty() ? std::string(sdk_version())
                                                               : config.client_version,
                      .title = config.client_title},
      .capabilities = std::move(capabilities)});
}

Metadata read_metadata(std::string_view result, const CodexConfig& config) {
  // Not by the typed response: a runtime that is too old shall be told so, not what it lacks.
  const Json json = Json::parse(result, nullptr, false);
  Metadata metadata;
  if (json.is_object()) {
    metadata.user_agent = text_member(json, "userAgent");
    metadata.codex_home = text_member(json, "codexHome");
    metadata.platform_family = text_member(json, "platformFamily");
    metadata.platform_os = text_member(json, "platformOs");
  }
  metadata.runtime_version = version_of(metadata.user_agent, config.client_name);
  const auto version = parse_version(metadata.runtime_version);
  if (!version) {
    throw CodexError(
        "The program that was started is no codex app-server: its answer to initialize "
        "names no version (userAgent \"" +
        metadata.user_agent.substr(0, 100) + "\")." + advice());
  }
  if (is_too_old(*version)) {
    throw CodexError("Runtime " + metadata.runtime_version +
                     " is too old; the oldest that works is " +
                     std::string(minimum_runtime_version) + "." + advice());
  }
  return metadata;
}

}  // namespace codex::detail
