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

/// A user's password or a token may be in it.
std::string shown(std::string_view text) {
  if (text.find_first_of("@?#") != std::string_view::npos) return "";
  return " \"" + printable(text) + "\"";
}

[[noreturn]] void refuse(std::string_view text, const std::string& problem) {
  throw CodexError("The endpoint" + shown(text) + " " + problem +
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
    if (endpoint.path.front() != '/') refuse(text, "has a relative path");
  } else if (text.starts_with(websocket_scheme)) {
    if (!std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; })) {
      refuse(text, "has characters that no URL has");
    }
    if (text.find_first_of("@?#") != std::string::npos) {
      refuse(text,
             "has more than a host, a port and a path; a token goes into "
             "CodexConfig::bearer_token");
    }
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
