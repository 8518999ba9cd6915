#include "runtime/endpoint.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>

#include <codex/errors.hpp>

#include "os/system_defaults.hpp"
#include "text/printable.hpp"

namespace codex::detail {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view unix_scheme = "unix://";
constexpr std::string_view websocket_scheme = "ws://";

[[noreturn]] void refuse(std::string_view text, const std::string& problem) {
  throw CodexError("CodexConfig::endpoint \"" + printable(text) + "\" " + problem +
                   ". Write \"unix:///path/of/the.sock\", \"unix://\" for the default socket of "
                   "CODEX_HOME, or \"ws://host:port\".");
}

std::string default_socket(std::string_view text, const EnvironmentChange& environment) {
  fs::path home = environment.value_of("CODEX_HOME").value_or("");
  if (home.empty()) {
    fs::path user = environment.value_of("HOME").value_or("");
    if (user.empty()) user = home_of_this_user();
    if (!user.empty()) home = user / ".codex";
  }
  if (!home.is_absolute()) refuse(text, "needs CODEX_HOME or HOME as an absolute path");
  return (home / "app-server-control" / "app-server-control.sock").string();
}

bool is_port(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return !text.empty() && text.size() <= 5 && std::ranges::all_of(text, is_digit) &&
         std::stoi(std::string(text)) <= 65535;
}

/// `host:port/path`, the host in brackets where it is an IPv6 address.
void take_apart(std::string_view rest, Endpoint& endpoint) {
  const std::size_t slash = rest.find('/');
  endpoint.path = slash == std::string_view::npos ? "/" : std::string(rest.substr(slash));
  rest = rest.substr(0, slash);
  if (rest.find('@') != std::string_view::npos) {
    // Not quoted: a password may be in it.
    throw CodexError(
        "CodexConfig::endpoint names a user: a runtime knows bearer tokens only, so set "
        "CodexConfig::bearer_token");
  }
  const std::size_t colon = rest.rfind(':');
  if (colon == std::string_view::npos || !is_port(rest.substr(colon + 1))) {
    refuse(endpoint.text, "has no port");
  }
  endpoint.port = rest.substr(colon + 1);
  std::string_view host = rest.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty()) refuse(endpoint.text, "has no host");
  endpoint.host = host;
}

}  // namespace

Endpoint parse_endpoint(const std::string& text, const EnvironmentChange& environment) {
  Endpoint endpoint{.text = text};
  if (text.find('\0') != std::string::npos) refuse(text, "has a zero byte in it");
  if (text.starts_with(unix_scheme)) {
    endpoint.path = text.substr(unix_scheme.size());
    if (endpoint.path.empty()) endpoint.path = default_socket(text, environment);
  } else if (text.starts_with(websocket_scheme)) {
    endpoint.kind = Endpoint::Kind::websocket;
    take_apart(std::string_view(text).substr(websocket_scheme.size()), endpoint);
  } else if (text.starts_with("wss://") || text.starts_with("ssh://")) {
    refuse(text, "is of a kind that this version of the SDK does not reach yet");
  } else {
    refuse(text, "is no endpoint");
  }
  return endpoint;
}

}  // namespace codex::detail
