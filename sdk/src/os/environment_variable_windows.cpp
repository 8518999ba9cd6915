#include <windows.h>

#include "os/environment_variable.hpp"
#include "os/wide_windows.hpp"

namespace codex::detail {

std::optional<std::string> find_environment_variable(const std::string& name) {
  const std::wstring wide_name = wide(name);
  std::wstring value(256, L'\0');
  while (true) {
    ::SetLastError(ERROR_SUCCESS);
    const DWORD size = ::GetEnvironmentVariableW(wide_name.c_str(), value.data(),
                                                 static_cast<DWORD>(value.size()));
    if (size == 0 && ::GetLastError() != ERROR_SUCCESS) return std::nullopt;
    const bool fits = size < value.size();
    value.resize(size);
    if (fits) return narrow(value);
  }
}

bool are_same_variable(std::string_view one, std::string_view other) noexcept {
  const std::wstring left = wide(one);
  const std::wstring right = wide(other);
  return ::CompareStringOrdinal(left.data(), static_cast<int>(left.size()), right.data(),
                                static_cast<int>(right.size()), TRUE) == CSTR_EQUAL;
}

}  // namespace codex::detail
