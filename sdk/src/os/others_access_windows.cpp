#include "os/others_access_windows.hpp"

#include <aclapi.h>
#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <sddl.h>
#include <vector>

#include "os/handle_windows.hpp"
#include "os/wide_windows.hpp"

namespace codex::detail {
namespace {

template <class T>
using Local = std::unique_ptr<T, decltype(&::LocalFree)>;

std::string name_of(PSID user) {
  LPWSTR text = nullptr;
  if (::ConvertSidToStringSidW(user, &text) == 0) return "unknown";
  const Local<wchar_t> owned(text, &::LocalFree);
  return narrow(text);
}

/// Who may do everything anyway, besides this user. OWNER RIGHTS are those of the owner, who is
/// checked apart.
constexpr std::array trusted = {
    L"S-1-5-18",                                                        // the system
    L"S-1-5-32-544",                                                    // the administrators
    L"S-1-3-4",                                                         // the owner
    L"S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464",  // TrustedInstaller
};

bool is_this_user(PSID user) {
  HANDLE opened = nullptr;
  if (::OpenProcessToken(::GetCurrentProcess(), TOKEN_QUERY, &opened) == 0) return false;
  const Handle token(opened);
  DWORD size = 0;
  ::GetTokenInformation(token.get(), TokenUser, nullptr, 0, &size);
  std::vector<std::byte> memory(size);
  return ::GetTokenInformation(token.get(), TokenUser, memory.data(), size, &size) != 0 &&
         ::EqualSid(user, reinterpret_cast<const TOKEN_USER*>(memory.data())->User.Sid) != 0;
}

bool is_trusted(PSID user) {
  const auto is_it = [user](const wchar_t* text) {
    PSID known = nullptr;
    if (::ConvertStringSidToSidW(text, &known) == 0) return false;
    const Local<void> owned(known, &::LocalFree);
    return ::EqualSid(user, known) != 0;
  };
  return is_this_user(user) || std::ranges::any_of(trusted, is_it);
}

/// Rights that a list denies are not subtracted: a list with more rules than Windows makes by
/// itself is looked at by a person.
std::string why_granted(PACL list, ACCESS_MASK rights) {
  if (list == nullptr) return "is open to everybody";
  for (DWORD index = 0; index < list->AceCount; ++index) {
    void* found = nullptr;
    if (::GetAce(list, index, &found) == 0) return "has rights that cannot be read";
    const auto* const entry = static_cast<const ACCESS_ALLOWED_ACE*>(found);
    const auto type = entry->Header.AceType;
    const bool is_for_others_below = (entry->Header.AceFlags & INHERIT_ONLY_ACE) != 0;
    if (is_for_others_below || type == ACCESS_DENIED_ACE_TYPE) continue;
    if (type != ACCESS_ALLOWED_ACE_TYPE) return "has rights of an unknown kind";
    if ((entry->Mask & (rights | GENERIC_ALL)) == 0) continue;
    auto* const user = const_cast<DWORD*>(&entry->SidStart);
    if (!is_trusted(user)) return "is open to others (" + name_of(user) + ")";
  }
  return {};
}

}  // namespace

std::string why_open_to_others(HANDLE file, ACCESS_MASK rights) {
  PSID owner = nullptr;
  PACL list = nullptr;
  PSECURITY_DESCRIPTOR found = nullptr;
  if (::GetSecurityInfo(file, SE_FILE_OBJECT,
                        OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, &owner, nullptr,
                        &list, nullptr, &found) != ERROR_SUCCESS) {
    return "cannot be examined";
  }
  const Local<void> owned(found, &::LocalFree);
  if (owner == nullptr || !is_trusted(owner)) {
    return "belongs to another user (" + (owner != nullptr ? name_of(owner) : "unknown") + ")";
  }
  return why_granted(list, rights);
}

}  // namespace codex::detail
