#include "session/handshake.hpp"

#include <codex/errors.hpp>
#include <codex/protocol/session.hpp>
#include <codex/version.hpp>

#include "mask/mask.hpp"
#include "wire/peek.hpp"

namespace codex::detail {
namespace {

/// The oldest supported runtime.
constexpr VersionNumbers minimum_runtime{0, 131, 0};

std::string advice() {
  return " This SDK was made for runtime " + std::string(sdk_version()) +
         ": run tools/fetch_runtime to install it, and leave CodexConfig::codex_bin unset or point "
         "it at such a runtime.";
}

/// Throws if a runtime of another version than the SDK's is refused.
std::string mismatch_warning(const std::string& version, RuntimeMismatch choice) {
  if (choice == RuntimeMismatch::accept || version == sdk_version()) return {};
  const std::string runtime = "Runtime " + version + " is not the one that this SDK was made for";
  if (choice == RuntimeMismatch::warn) return runtime + "." + advice();
  throw CodexError(runtime + ", and CodexConfig::runtime_mismatch refuses others." + advice());
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

Greeting read_greeting(std::string_view result, const CodexConfig& config) {
  // Not by the typed response: the error for an old runtime must be its age, not what it lacks.
  const Peek greeting(result);
  Metadata metadata;
  metadata.user_agent = greeting["userAgent"].text();
  metadata.codex_home = greeting["codexHome"].text();
  metadata.platform_family = greeting["platformFamily"].text();
  metadata.platform_os = greeting["platformOs"].text();
  metadata.runtime_version = version_in(metadata.user_agent, config.client_name);
  const auto version = RuntimeVersion::parse(metadata.runtime_version);
  if (!version) {
    throw CodexError(
        "What was reached is no codex app-server: its answer to initialize "
        "names no version (userAgent \"" +
        excerpt(metadata.user_agent, 100) + "\")." + advice());
  }
  if (!version->is_at_least(minimum_runtime)) {
    throw CodexError("Runtime " + metadata.runtime_version +
                     " is too old; the oldest that works is 0.131.0." + advice());
  }
  metadata.runtime_warning = mismatch_warning(metadata.runtime_version, config.runtime_mismatch);
  return {std::move(metadata), *version};
}

}  // namespace codex::detail
