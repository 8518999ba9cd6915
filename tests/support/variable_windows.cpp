#include <windows.h>

#include "os/wide_windows.hpp"
#include "support/variable.hpp"

namespace codex::testing {

void set_variable(const char* name, const std::optional<std::string>& value) {
  const std::wstring wide_value = codex::detail::wide(value.value_or(""));
  ::SetEnvironmentVariableW(codex::detail::wide(name).c_str(),
                            value ? wide_value.c_str() : nullptr);
}

}  // namespace codex::testing
