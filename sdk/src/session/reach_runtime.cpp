#include "session/reach_runtime.hpp"

#include "session/runtime_transports.hpp"

namespace codex::detail {

TransportFactory reach_runtime(const CodexConfig& config) {
  if (config.transport) return config.transport;
  if (config.endpoint) return attach_to_runtime(config);
  return start_runtime(config);
}

}  // namespace codex::detail
