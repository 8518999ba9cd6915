#include "runtime/endpoint.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>

#include <codex/errors.hpp>

#include "os/system_defaults.hpp"
#include "os/utf8_path.hpp"
#include "runtime/runtime_places.hpp"
#include "text/printable.hpp"

namespace codex::detail {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view unix_scheme = "unix://";
constexpr std::string_view websocket_scheme = "ws://";
constexpr std::string_view tls_websocket_scheme = "wss://";
constexpr std::string_view https_port = "443";
constexpr std::string_view ssh_scheme = "ssh://";

/// A user's password or a token may be in it.
std::string shown(std::string_view text) {
  if (text.find_first_of("@?#") != std::string_view::npos) return "";
  return " \"" + printable(text) + "\"";
}

[[noreturn]] void refuse(std::string_view text, const std::string& problem) {
  throw CodexError("The endpoint" + shown(text) + " " + problem +
                   ". Write \"unix:///path/of/the.sock\", \"unix://\" for the default socket of "
                   "CODEX_HOME, \"ws://host:port\", \"wss://host\", or "
                   "\"ssh://user@host/path/of/the.sock\".");
}

std::string default_socket(std::string_view text, const EnvironmentChange& environment) {
  fs::path home = path_from_utf8(environment.value_of("CODEX_HOME").value_or(""));
  if (home.empty()) {
    std::string user = environment.value_of(home_variable()).value_or("");
    if (user.empty()) user = home_of_this_user();
    if (!user.empty()) home = path_from_utf8(user) / ".codex";
  }
  if (!home.is_absolute())
    refuse(text, "needs CODEX_HOME or " + home_variable() + " as an absolute path");
  return utf8_from_path(home / "app-server-control" / "app-server-control.sock");
}

bool is_port(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return !text.empty() && text.size() <= 5 && std::ranges::all_of(text, is_digit) &&
         std::stoi(std::string(text)) <= 65535;
}

/// `host:port`, the host in brackets where it is an IPv6 address. `port`: where none is given.
void take_host(std::string_view rest, std::optional<std::string_view> port, Endpoint& endpoint) {
  const std::size_t bracket = rest.rfind(']');
  const std::size_t colon = rest.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) port = rest.substr(colon + 1);
  const bool may_be_empty = colon == std::string_view::npos && port && port->empty();
  if (!port || (!may_be_empty && !is_port(*port))) refuse(endpoint.text, "has no port");
  endpoint.port = *port;
  std::string_view host = rest.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty()) refuse(endpoint.text, "has no host");
  endpoint.host = host;
}

/// `host:port/path`.
void take_url(std::string_view rest, std::optional<std::string_view> port, Endpoint& endpoint) {
  if (!std::ranges::all_of(rest, [](char c) { return c > ' ' && c < '\x7f'; })) {
    refuse(endpoint.text, "has characters that no URL has");
  }
  if (rest.find_first_of("@?#") != std::string_view::npos) {
    refuse(endpoint.text,
           "has more than a host, a port and a path; a token goes into "
           "CodexConfig::bearer_token");
  }
  const std::size_t slash = rest.find('/');
  endpoint.path = slash == std::string_view::npos ? "/" : std::string(rest.substr(slash));
  take_host(rest.substr(0, slash), port, endpoint);
}

/// Nothing that ssh, its configuration or a shell would take for more than a name.
bool is_ssh_name(std::string_view text, std::string_view others) {
  const auto is_fine = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           others.find(c) != std::string_view::npos;
  };
  return std::ranges::all_of(text, is_fine) && !text.starts_with('-');
}

/// `user@host:port/path`, the path as it is.
void take_ssh(std::string_view rest, Endpoint& endpoint) {
  const std::size_t slash = rest.find('/');
  if (slash != std::string_view::npos) endpoint.path = rest.substr(slash);
  if (endpoint.path == "/") endpoint.path.clear();
  rest = rest.substr(0, slash);
  const std::size_t at = rest.rfind('@');
  if (at != std::string_view::npos) {
    endpoint.user = rest.substr(0, at);
    if (endpoint.user.find(':') != std::string::npos) {
      refuse(endpoint.text, "has a password; ssh takes keys");
    }
    if (endpoint.user.empty() || !is_ssh_name(endpoint.user, "._-+@")) {
      refuse(endpoint.text, "has no user's name before the @");
    }
    rest.remove_prefix(at + 1);
  }
  take_host(rest, "", endpoint);
  if (!is_ssh_name(endpoint.host, "._-:%")) refuse(endpoint.text, "has no host's name");
}

}  // namespace

Endpoint parse_endpoint(const std::string& text, const EnvironmentChange& environment) {
  Endpoint endpoint{.text = text};
  if (text.find('\0') != std::string::npos) refuse(text, "has a zero byte in it");
  if (text.starts_with(unix_scheme)) {
    endpoint.path = text.substr(unix_scheme.size());
    if (endpoint.path.empty()) endpoint.path = default_socket(text, environment);
    if (!path_from_utf8(endpoint.path).is_absolute()) refuse(text, "has a relative path");
  } else if (text.starts_with(websocket_scheme)) {
    endpoint.kind = Endpoint::Kind::websocket;
    take_url(std::string_view(text).substr(websocket_scheme.size()), {}, endpoint);
  } else if (text.starts_with(tls_websocket_scheme)) {
    endpoint.kind = Endpoint::Kind::tls_websocket;
    take_url(std::string_view(text).substr(tls_websocket_scheme.size()), https_port, endpoint);
  } else if (text.starts_with(ssh_scheme)) {
    endpoint.kind = Endpoint::Kind::ssh;
    take_ssh(std::string_view(text).substr(ssh_scheme.size()), endpoint);
  } else {
    refuse(text, "is no endpoint");
  }
  return endpoint;
}

}  // namespace codex::detail
