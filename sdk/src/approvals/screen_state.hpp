#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include <codex/screen.hpp>

namespace codex::detail {

/// The state that the copies of a screen share.
class ScreenState {
 public:
  using Size = std::function<approvals::ScreenSize()>;

  ScreenState(std::ostream& out, Size size) : out_(out), size_(std::move(size)) {}

  [[nodiscard]] std::ostream& out() noexcept { return out_; }
  [[nodiscard]] approvals::ScreenSize size() const {
    return size_ ? size_() : approvals::ScreenSize{};
  }

  void print(std::string_view text);

  /// Holds back output from now on.
  void begin_question();
  /// Prints the held output, unless another question is open.
  void end_question();

 private:
  static constexpr std::size_t max_held_bytes = std::size_t{1} << 20;

  std::ostream& out_;
  const Size size_;
  std::mutex mutex_;
  int questions_ = 0;  // open ones
  std::string held_;
  std::size_t left_out_ = 0;  // bytes that did not fit
};

/// Makes the screen, if there is one, hold back output while this object lives.
class OpenQuestion {
 public:
  explicit OpenQuestion(ScreenState* screen) : screen_(screen) {
    if (screen_) screen_->begin_question();
  }
  ~OpenQuestion() {
    if (screen_) screen_->end_question();
  }
  OpenQuestion(const OpenQuestion&) = delete;
  OpenQuestion(OpenQuestion&&) = delete;
  OpenQuestion& operator=(const OpenQuestion&) = delete;
  OpenQuestion& operator=(OpenQuestion&&) = delete;

 private:
  ScreenState* screen_;
};

}  // namespace codex::detail
