#include "os/private_access_windows.hpp"

#include <sddl.h>
#include <string>
#include <vector>

#include "os/handle_windows.hpp"

namespace codex::detail {
namespace {

/// As text; empty, with the last error, on failure.
std::wstring id_of_this_user() {
  HANDLE opened = nullptr;
  if (::OpenProcessToken(::GetCurrentProcess(), TOKEN_QUERY, &opened) == 0) return {};
  const Handle token(opened);
  DWORD size = 0;
  ::GetTokenInformation(token.get(), TokenUser, nullptr, 0, &size);
  std::vector<std::byte> memory(size);
  if (::GetTokenInformation(token.get(), TokenUser, memory.data(), size, &size) == 0) return {};
  LPWSTR text = nullptr;
  const auto* const user = reinterpret_cast<const TOKEN_USER*>(memory.data());
  if (::ConvertSidToStringSidW(user->User.Sid, &text) == 0) return {};
  const std::unique_ptr<wchar_t, decltype(&::LocalFree)> owned(text, &::LocalFree);
  return text;
}

}  // namespace

std::error_code last_windows_error() noexcept {
  return {static_cast<int>(::GetLastError()), std::system_category()};
}

PrivateAccess::PrivateAccess() {
  const std::wstring user = id_of_this_user();
  if (user.empty()) {
    error_ = last_windows_error();
    return;
  }
  // Protected from the rights of the folder above; what is made within inherits these.
  const std::wstring rights = L"D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;" + user + L")";
  PSECURITY_DESCRIPTOR made = nullptr;
  if (::ConvertStringSecurityDescriptorToSecurityDescriptorW(rights.c_str(), SDDL_REVISION_1, &made,
                                                             nullptr) == 0) {
    error_ = last_windows_error();
    return;
  }
  descriptor_.reset(made);
  attributes_ = {
      .nLength = sizeof attributes_, .lpSecurityDescriptor = made, .bInheritHandle = FALSE};
}

}  // namespace codex::detail
