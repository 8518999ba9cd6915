#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace codex::detail {

/// A private file that grows at its end: a regular file of this user with mode 0600 (on Windows,
/// without rights of other users) and no other name. A new one is made so, whatever the umask;
/// another one is refused, and a symbolic link is not followed. Links among the folders above are:
/// who may write to these decides what the path means.
class LogFile {
 public:
  /// Opens or creates the file, and never waits for another process (a FIFO). Throws CodexError,
  /// with what to do, when it cannot be opened or is not private. For root, too, a file of another
  /// user is foreign.
  explicit LogFile(const std::string& path);
  ~LogFile();
  LogFile(const LogFile&) = delete;
  LogFile(LogFile&&) = delete;
  LogFile& operator=(const LogFile&) = delete;
  LogFile& operator=(LogFile&&) = delete;

  /// Once the file cannot be written any more (the disk is full), it does nothing.
  void append(std::string_view text);

 private:
  std::intptr_t file_ = -1;  // a descriptor, or a handle of Windows
};

}  // namespace codex::detail
