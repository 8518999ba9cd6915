#include <windows.h>

#include <memory>
#include <shlobj.h>

#include "os/system_defaults.hpp"
#include "os/wide_windows.hpp"

namespace codex::detail {

std::string default_search_path() {
  std::wstring system(MAX_PATH, L'\0');
  system.resize(::GetSystemDirectoryW(system.data(), static_cast<UINT>(system.size())));
  std::wstring windows(MAX_PATH, L'\0');
  windows.resize(::GetWindowsDirectoryW(windows.data(), static_cast<UINT>(windows.size())));
  return narrow(system + L";" + windows);
}

std::string home_of_this_user() {
  PWSTR found = nullptr;
  const HRESULT result = ::SHGetKnownFolderPath(FOLDERID_Profile, KF_FLAG_DEFAULT, nullptr, &found);
  const std::unique_ptr<wchar_t, decltype(&::CoTaskMemFree)> owned(found, &::CoTaskMemFree);
  return SUCCEEDED(result) ? narrow(found) : std::string();
}

}  // namespace codex::detail
