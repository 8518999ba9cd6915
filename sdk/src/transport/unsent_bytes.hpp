#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <codex/errors.hpp>

namespace codex::detail {

/// What a child has not read yet, up to a limit.
class UnsentBytes {
 public:
  explicit UnsentBytes(std::size_t limit) : limit_(limit) {}

  [[nodiscard]] bool is_empty() const noexcept { return rest().empty(); }
  [[nodiscard]] std::string_view rest() const noexcept {
    return std::string_view(bytes_).substr(sent_);
  }

  /// Throws CodexError if so many more are beyond the limit.
  void check_room(std::size_t count) const {
    const std::size_t waiting = rest().size();
    if (count <= limit_ - waiting) return;
    throw CodexError("The Codex runtime does not read what it is sent; " + std::to_string(waiting) +
                     " bytes are waiting");
  }

  void append(std::string_view bytes) { bytes_.append(bytes); }

  /// So many of the rest have been sent.
  void remove(std::size_t count) {
    sent_ += count;
    if (sent_ == bytes_.size()) return clear();
    // Rarely, since the rest is moved; but not never, where the queue never runs empty.
    if (sent_ < bytes_.size() / 2) return;
    bytes_.erase(0, sent_);
    sent_ = 0;
  }

  void clear() noexcept {
    std::string().swap(bytes_);
    sent_ = 0;
  }

 private:
  const std::size_t limit_;
  std::string bytes_;
  std::size_t sent_ = 0;  // of bytes_
};

}  // namespace codex::detail
