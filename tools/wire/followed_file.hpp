#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

namespace codex::wire {

/// The lines of a file that somebody else still writes, like `tail -f`: a file that is not there
/// yet is awaited, one that became shorter is read again from its start. A file that was replaced
/// by a longer one is not noticed.
class FollowedFile {
 public:
  enum class State { line, end, missing, restarted };

  explicit FollowedFile(std::filesystem::path path) : path_(std::move(path)) {}

  /// Reads the next line without waiting: `end` when it has not been written to its end yet.
  State next(std::string& line);

 private:
  bool open();
  bool became_shorter() const;

  std::filesystem::path path_;
  std::ifstream in_;
  std::uintmax_t bytes_read_ = 0;
  std::string begun_;  // a line that has no end yet
};

}  // namespace codex::wire
