#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

#include "mask/delta_mask.hpp"
#include "wire/log_file.hpp"

namespace codex::detail {

enum class Direction { send, recv };

/// Appends each message to a private file, secrets masked, one line each:
/// `{"dir":"send","t":0.0123,"msg":{...}}`. Thread-safe. Once the file cannot be written any more
/// (the disk is full), it falls silent: a log must not end a session.
class WireLog {
 public:
  /// Opens or creates the file. Throws CodexError when that fails or others can read the file: see
  /// LogFile.
  explicit WireLog(const std::string& path);

  void message(Direction direction, std::string_view json);

  /// Bytes that are no message.
  void garbage(Direction direction, std::string_view bytes);

  /// A message that was too large to keep: its outline, and the bytes that it had.
  void abridged(Direction direction, std::string_view outline, std::size_t full_size);

 private:
  void append_garbage(Direction direction, std::string_view bytes, std::size_t full_size);
  void append(Direction direction, std::string_view rest);

  const std::chrono::steady_clock::time_point opened_at_ = std::chrono::steady_clock::now();
  std::mutex mutex_;  // Of the two below.
  LogFile file_;
  DeltaMask mask_;
};

}  // namespace codex::detail
