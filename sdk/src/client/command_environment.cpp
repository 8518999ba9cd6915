#include "client/command_environment.hpp"

#include <cstdlib>
#include <string>

namespace codex::detail {
namespace {

std::string variable(const CodexConfig& config, const char* name) {
  if (const auto chosen = config.env.find(name); chosen != config.env.end()) return chosen->second;
  const char* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace

CommandEnvironment command_environment(const CodexConfig& config) {
  return {.home = variable(config, "HOME"),
          .path = variable(config, "PATH"),
          .temp = variable(config, "TMPDIR")};
}

}  // namespace codex::detail
