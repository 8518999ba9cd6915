#include <array>
#include <cstddef>
#include <string>

#include "os/handle_windows.hpp"
#include "os/private_access_windows.hpp"
#include "os/private_file.hpp"
#include "os/random_name.hpp"
#include "os/wide_windows.hpp"

namespace codex::detail {
namespace {

constexpr std::size_t max_bytes = std::size_t{1} << 20;

std::error_code read_all(const std::filesystem::path& from, std::string& text) {
  const Handle source(::CreateFileW(from.c_str(), GENERIC_READ,
                                    FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                                    OPEN_EXISTING, 0, nullptr));
  if (!source.is_open()) return last_windows_error();
  std::array<char, 16384> piece{};
  while (text.size() <= max_bytes) {
    DWORD count = 0;
    if (::ReadFile(source.get(), piece.data(), static_cast<DWORD>(piece.size()), &count, nullptr) ==
        0) {
      return last_windows_error();
    }
    if (count == 0) return {};
    text.append(piece.data(), count);
  }
  return std::make_error_code(std::errc::file_too_large);
}

std::error_code write_all(const std::filesystem::path& to, const std::string& text) {
  PrivateAccess access;
  if (access.error()) return access.error();
  const Handle target(::CreateFileW(to.c_str(), GENERIC_WRITE, 0, access.get(), CREATE_NEW,
                                    FILE_ATTRIBUTE_NORMAL, nullptr));
  if (!target.is_open()) return last_windows_error();
  DWORD written = 0;
  const BOOL has_succeeded =
      ::WriteFile(target.get(), text.data(), static_cast<DWORD>(text.size()), &written, nullptr);
  return has_succeeded != 0 ? std::error_code() : last_windows_error();
}

}  // namespace

std::error_code copy_private_file(const std::filesystem::path& from,
                                  const std::filesystem::path& to) {
  std::string text;
  if (const auto error = read_all(from, text)) return error;
  std::filesystem::path draft = to;
  draft += L"." + wide(random_name());
  std::error_code error = write_all(draft, text);
  // It replaces nothing.
  if (!error && ::MoveFileExW(draft.c_str(), to.c_str(), 0) == 0) error = last_windows_error();
  ::DeleteFileW(draft.c_str());
  return error == std::errc::file_exists ? std::error_code() : error;
}

}  // namespace codex::detail
