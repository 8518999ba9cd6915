#include "transport/reach_errors.hpp"

#include "text/printable.hpp"

namespace codex::detail {

TransportClosedError unreachable(const Endpoint& endpoint, const std::string& problem,
                                 const std::string& advice) {
  return TransportClosedError("No Codex runtime can be reached at " + printable(endpoint.text) +
                              ": " + problem +
                              (advice.empty() || advice.front() == '\n' ? "" : ". ") + advice);
}

TimeoutError late(const Endpoint& endpoint, const std::string& output) {
  return TimeoutError("The Codex runtime at " + printable(endpoint.text) +
                          " did not accept the connection in time (CodexConfig::startup_timeout)" +
                          output,
                      false);
}

}  // namespace codex::detail
