#pragma once

#include <cstdint>
#include <string>

#include "runtime/child_environment.hpp"

namespace codex::detail {

/// Where a runtime listens: `CodexConfig::endpoint`, taken apart.
struct Endpoint {
  enum class Kind : std::uint8_t { unix_socket, websocket, tls_websocket, ssh };

  Kind kind = Kind::unix_socket;
  std::string text;       // as given, for errors
  std::string path = {};  // of the socket, or of the URL; by ssh: empty for the default socket
  std::string host = {};  // without brackets
  std::string port = {};  // by ssh: empty for ssh's own
  std::string user = {};  // by ssh: empty for ssh's own
};

/// Throws CodexError, which names the forms, for any other text. `unix://` is the default socket of
/// the CODEX_HOME of this environment.
[[nodiscard]] Endpoint parse_endpoint(const std::string& text,
                                      const EnvironmentChange& environment);

}  // namespace codex::detail
