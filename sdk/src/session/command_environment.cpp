#include "session/command_environment.hpp"

#include <cstdlib>
#include <string>
#include <utility>

namespace codex::detail {
namespace {

std::string variable(const CodexConfig& config, const char* name) {
  if (const auto chosen = config.env.find(name); chosen != config.env.end()) return chosen->second;
  const char* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace

CommandEnvironment command_environment(const CodexConfig& config) {
  CommandEnvironment environment{.home = variable(config, "HOME"),
                                 .path = variable(config, "PATH"),
                                 .temp = variable(config, "TMPDIR")};
  for (const char* name : {"BASH_ENV", "ENV", "ZDOTDIR"}) {
    if (std::string path = variable(config, name); !path.empty()) {
      environment.startup.push_back(std::move(path));
    }
  }
  return environment;
}

}  // namespace codex::detail
