#include "session/command_environment.hpp"

#include <string>
#include <utility>

#include "runtime/child_environment.hpp"

namespace codex::detail {

CommandEnvironment command_environment(const CodexConfig& config) {
  const EnvironmentChange runtime{.set = config.env, .unset = config.unset_env};
  const auto variable = [&](const char* name) { return runtime.value_of(name).value_or(""); };
  CommandEnvironment environment{
      .home = variable("HOME"), .path = runtime.search_path(), .temp = variable("TMPDIR")};
  for (const char* name : {"BASH_ENV", "ENV", "ZDOTDIR"}) {
    if (std::string path = variable(name); !path.empty()) {
      environment.startup.push_back(std::move(path));
    }
  }
  return environment;
}

}  // namespace codex::detail
