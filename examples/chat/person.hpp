#pragma once

#include <condition_variable>
#include <functional>
#include <iostream>
#include <mutex>
#include <optional>
#include <stop_token>
#include <streambuf>
#include <string>
#include <termios.h>
#include <unistd.h>
#include <utility>

#include <codex/policies.hpp>

#include "keyboard.hpp"

namespace chat {

/// A stream of lines that come from a function; it ends when that returns none.
class LineBuffer : public std::streambuf {
 public:
  using NextLine = std::function<std::optional<std::string>()>;

  explicit LineBuffer(NextLine next) : next_(std::move(next)) {}

 private:
  int_type underflow() override {
    auto line = next_();
    if (!line) return traits_type::eof();
    line_ = *std::move(line) + '\n';
    setg(line_.data(), line_.data(), line_.data() + line_.size());
    return traits_type::to_int_type(line_.front());
  }

  NextLine next_;
  std::string line_;
};

/// Who decides: asked on threads of the SDK, answers by lines that the main thread has read.
class Person {
 public:
  [[nodiscard]] std::optional<codex::approvals::Decision> decide(
      const codex::approvals::Request& request) {
    const std::lock_guard one_question_at_a_time(questions_);
    ::tcflush(STDIN_FILENO, TCIFLUSH);  // what was typed before the question does not answer it
    LineBuffer lines([&] { return listen(request.context.stop); });
    std::istream in(&lines);
    return codex::approvals::ask_on_streams(in, std::cout).opinion(request);
  }

  [[nodiscard]] bool is_asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

  /// False when there is no question.
  bool answer(const std::string& line) {
    const std::lock_guard lock(mutex_);
    if (!asked_) return false;
    asked_ = false;
    answer_ = line;
    changed_.notify_all();
    return true;
  }

 private:
  std::optional<std::string> listen(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    asked_ = true;
    wake();
    changed_.wait(lock, stop, [&] { return answer_.has_value(); });
    asked_ = false;
    return std::exchange(answer_, std::nullopt);
  }

  std::mutex questions_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::optional<std::string> answer_;
  bool asked_ = false;
};

}  // namespace chat
