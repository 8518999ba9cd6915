#include <windows.h>

#include <string>

#include "testing/scripted/own_program.hpp"

namespace codex::testing::detail {

std::filesystem::path own_program() {
  std::wstring name(32'768, L'\0');  // the longest path
  name.resize(::GetModuleFileNameW(nullptr, name.data(), static_cast<DWORD>(name.size())));
  return name;
}

std::string_view name_of_helper() noexcept { return "codex-scripted-server.exe"; }

}  // namespace codex::testing::detail
