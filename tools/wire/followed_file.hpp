#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

namespace codex::wire {

/// The lines of a file that another process is still writing, like `tail -f`: waits for a missing
/// file, and reads a file that became shorter again from its start. It does not notice when a file
/// is replaced with a longer one.
class FollowedFile {
 public:
  enum class State { line, end, missing, restarted };

  explicit FollowedFile(std::filesystem::path path) : path_(std::move(path)) {}

  /// Reads the next line without waiting: `end` if the line is not complete yet.
  State next(std::string& line);

 private:
  bool open();
  bool became_shorter() const;

  std::filesystem::path path_;
  std::ifstream in_;
  std::uintmax_t bytes_read_ = 0;
  std::string begun_;  // an incomplete line
};

}  // namespace codex::wire
