#include <windows.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <system_error>

#include <codex/protocol/support/errors.hpp>

#include "os/others_access_windows.hpp"
#include "os/private_access_windows.hpp"
#include "os/utf8_path.hpp"
#include "wire/log_file.hpp"

namespace codex::detail {
namespace {

constexpr int most_attempts = 8;
constexpr std::size_t most_at_once = std::size_t{1} << 30;
constexpr DWORD access = FILE_APPEND_DATA | READ_CONTROL | FILE_READ_ATTRIBUTES | SYNCHRONIZE;
constexpr DWORD sharing = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw CodexError("Cannot write the wire log " + path + ": " + why);
}

HANDLE handle(std::intptr_t file) { return reinterpret_cast<HANDLE>(file); }

/// A link to nothing is there already: else its target would be made.
HANDLE create(const std::filesystem::path& path, PrivateAccess& rights) {
  return ::CreateFileW(path.c_str(), access, sharing, rights.get(), CREATE_NEW,
                       FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT, nullptr);
}

/// A link itself, not its target; a folder as well, to say what it is.
HANDLE open_existing(const std::filesystem::path& path) {
  return ::CreateFileW(path.c_str(), access, sharing, nullptr, OPEN_EXISTING,
                       FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS, nullptr);
}

/// Another process may make or remove the file at any moment.
HANDLE open_or_create(const std::filesystem::path& path) {
  PrivateAccess rights;
  if (rights.error()) return INVALID_HANDLE_VALUE;
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    HANDLE const created = create(path, rights);
    if (created != INVALID_HANDLE_VALUE || ::GetLastError() != ERROR_FILE_EXISTS) return created;
    HANDLE const opened = open_existing(path);
    if (opened != INVALID_HANDLE_VALUE || ::GetLastError() != ERROR_FILE_NOT_FOUND) return opened;
  }
  return INVALID_HANDLE_VALUE;
}

/// Empty when nobody else can read what is appended, or wrote what is there.
std::string why_not_private(HANDLE file) {
  if (::GetFileType(file) != FILE_TYPE_DISK) return "it is no regular file; name another one";
  BY_HANDLE_FILE_INFORMATION info{};
  if (::GetFileInformationByHandle(file, &info) == 0) return last_windows_error().message();
  if ((info.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0) {
    return "it is a symbolic link; name the file itself, or remove the link";
  }
  if ((info.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0) {
    return "it is no regular file; name another one";
  }
  if (info.nNumberOfLinks != 1) {
    return "the file has another name as well (a hard link); name another one, or remove this one";
  }
  constexpr ACCESS_MASK read_or_write = FILE_READ_DATA | FILE_WRITE_DATA | FILE_APPEND_DATA |
                                        WRITE_DAC | WRITE_OWNER | GENERIC_READ | GENERIC_WRITE;
  const std::string problem = why_open_to_others(file, read_or_write);
  if (problem.empty()) return {};
  return "it " + problem + "; name another file, or remove this one";
}

}  // namespace

LogFile::LogFile(const std::string& path)
    : file_(reinterpret_cast<std::intptr_t>(open_or_create(path_from_utf8(path)))) {
  if (file_ == -1) refuse(path, last_windows_error().message());
  const std::string problem = why_not_private(handle(file_));
  if (problem.empty()) return;
  ::CloseHandle(handle(file_));
  refuse(path, problem);
}

LogFile::~LogFile() {
  if (file_ != -1) ::CloseHandle(handle(file_));
}

void LogFile::append(std::string_view text) {
  while (file_ != -1 && !text.empty()) {
    DWORD count = 0;
    const auto size = static_cast<DWORD>(std::min(text.size(), most_at_once));
    const BOOL has_succeeded = ::WriteFile(handle(file_), text.data(), size, &count, nullptr);
    if (has_succeeded != 0 && count > 0) {
      text.remove_prefix(count);
    } else {
      ::CloseHandle(handle(file_));
      file_ = -1;
    }
  }
}

}  // namespace codex::detail
