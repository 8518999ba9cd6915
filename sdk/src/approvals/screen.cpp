#include <utility>

#include "approvals/screen_state.hpp"

namespace codex::detail {

void ScreenState::print(std::string_view text) {
  const std::lock_guard lock(mutex_);
  if (questions_ == 0) {
    out_ << text << std::flush;
  } else if (left_out_ != 0 || text.size() > max_held_bytes - held_.size()) {
    left_out_ += text.size();
  } else {
    held_ += text;
  }
}

void ScreenState::begin_question() {
  const std::lock_guard lock(mutex_);
  ++questions_;
  out_ << std::flush;  // the question may bypass the stream
}

void ScreenState::end_question() {
  const std::lock_guard lock(mutex_);
  if (--questions_ != 0) return;
  out_ << std::exchange(held_, {});
  if (left_out_ != 0) out_ << "\n(" << left_out_ << " bytes of output are left out here.)\n";
  left_out_ = 0;
  out_ << std::flush;
}

}  // namespace codex::detail

namespace codex::approvals {

Screen::Screen(std::ostream& out, std::function<ScreenSize()> size)
    : state_(std::make_shared<codex::detail::ScreenState>(out, std::move(size))) {}

void Screen::print(std::string_view text) const { state_->print(text); }

}  // namespace codex::approvals
