#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "os/device_name.hpp"

namespace codex::detail {
namespace {

wchar_t upper(wchar_t c) { return c >= L'a' && c <= L'z' ? static_cast<wchar_t>(c - 32) : c; }

/// Of the ports, also those with a superscript digit.
bool is_port(std::wstring_view name) {
  if (name.size() != 4 || (!name.starts_with(L"COM") && !name.starts_with(L"LPT"))) return false;
  const wchar_t number = name.back();
  return (number >= L'1' && number <= L'9') || number == L'\u00b9' || number == L'\u00b2' ||
         number == L'\u00b3';
}

}  // namespace

bool is_device_name(const std::filesystem::path& name) {
  std::wstring stem = name.native();
  stem.erase(std::min(stem.find_first_of(L".:"), stem.size()));  // an extension changes nothing
  stem.erase(stem.find_last_not_of(L' ') + 1);
  std::ranges::transform(stem, stem.begin(), upper);
  constexpr std::array<std::wstring_view, 6> names = {L"CON", L"PRN",    L"AUX",
                                                      L"NUL", L"CONIN$", L"CONOUT$"};
  return is_port(stem) || std::ranges::find(names, stem) != names.end();
}

}  // namespace codex::detail
