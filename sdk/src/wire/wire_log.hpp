#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <string_view>

namespace codex::detail {

enum class Direction { send, recv };

/// Appends each message to a file, secrets masked, one line each:
/// `{"dir":"send","t":0.0123,"msg":{...}}`. Thread-safe. Once the file cannot be written any more
/// (the disk is full), it falls silent: a log must not end a session.
class WireLog {
 public:
  /// Opens or creates the file, for its owner only. Throws CodexError when that fails.
  explicit WireLog(const std::string& path);
  ~WireLog();
  WireLog(const WireLog&) = delete;
  WireLog(WireLog&&) = delete;
  WireLog& operator=(const WireLog&) = delete;
  WireLog& operator=(WireLog&&) = delete;

  void message(Direction direction, std::string_view json);

  /// Bytes that are no message.
  void garbage(Direction direction, std::string_view bytes);

 private:
  void append(Direction direction, std::string_view rest);

  const std::chrono::steady_clock::time_point opened_at_ = std::chrono::steady_clock::now();
  std::mutex mutex_;
  int file_ = -1;
};

}  // namespace codex::detail
