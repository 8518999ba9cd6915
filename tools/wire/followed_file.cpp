#include "followed_file.hpp"

#include <system_error>
#include <utility>

namespace codex::wire {

FollowedFile::State FollowedFile::next(std::string& line) {
  if (!in_.is_open() && !open()) return State::missing;
  std::string part;
  std::getline(in_, part);
  begun_ += part;
  bytes_read_ += part.size();
  if (!in_.eof()) {
    ++bytes_read_;  // the line's end
    line = std::exchange(begun_, {});
    return State::line;
  }
  in_.clear();
  if (!became_shorter()) return State::end;
  in_.close();
  return State::restarted;
}

bool FollowedFile::open() {
  in_.open(path_, std::ios::binary);
  bytes_read_ = 0;
  begun_.clear();
  return in_.is_open();
}

bool FollowedFile::became_shorter() const {
  std::error_code gone;
  const auto size = std::filesystem::file_size(path_, gone);
  return !gone && size < bytes_read_;
}

}  // namespace codex::wire
