#include "session/command_environment.hpp"

#include <string>
#include <utility>

#include "runtime/child_environment.hpp"
#include "runtime/runtime_places.hpp"

namespace codex::detail {

CommandEnvironment command_environment(const CodexConfig& config) {
  const EnvironmentChange runtime{.set = config.env, .unset = config.unset_env};
  const auto variable = [&](const std::string& name) {
    return runtime.value_of(name).value_or("");
  };
  CommandEnvironment environment{.home = variable("HOME"), .path = runtime.search_path()};
  for (const std::string& name : temp_variables()) {
    if (std::string path = variable(name); !path.empty()) {
      environment.temp.push_back(std::move(path));
    }
  }
  for (const char* name : {"BASH_ENV", "ENV", "ZDOTDIR"}) {
    if (std::string path = variable(name); !path.empty()) {
      environment.startup.push_back(std::move(path));
    }
  }
  return environment;
}

}  // namespace codex::detail
