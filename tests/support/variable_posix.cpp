#include <cstdlib>

#include "support/variable.hpp"

namespace codex::testing {

void set_variable(const char* name, const std::optional<std::string>& value) {
  value ? ::setenv(name, value->c_str(), 1) : ::unsetenv(name);
}

}  // namespace codex::testing
