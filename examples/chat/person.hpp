#pragma once

#include <condition_variable>
#include <functional>
#include <istream>
#include <mutex>
#include <optional>
#include <stop_token>
#include <streambuf>
#include <string>
#include <utility>

#include <codex/policies.hpp>

#include "keyboard.hpp"

namespace chat {

/// A stream buffer whose lines come from a function; it ends when that returns none. Another
/// function is called before each line is requested.
class LineBuffer : public std::streambuf {
 public:
  using NextLine = std::function<std::optional<std::string>()>;

  LineBuffer(std::function<void()> begin, NextLine next)
      : begin_(std::move(begin)), next_(std::move(next)) {}

 private:
  int sync() override {
    begin_();
    return 0;
  }

  int_type underflow() override {
    auto line = next_();
    if (!line) return traits_type::eof();
    line_ = *std::move(line) + '\n';
    setg(line_.data(), line_.data(), line_.data() + line_.size());
    return traits_type::to_int_type(line_.front());
  }

  std::function<void()> begin_;
  NextLine next_;
  std::string line_;
};

/// The person who decides: asked on threads of the SDK, answers with lines that the main thread has
/// read.
class Person {
 public:
  Person(Keyboard& keyboard, codex::approvals::Screen screen)
      : keyboard_(keyboard), screen_(std::move(screen)) {}

  [[nodiscard]] std::optional<codex::approvals::Decision> decide(
      const codex::approvals::Request& request) {
    const std::lock_guard one_question_at_a_time(questions_);
    LineBuffer lines([&] { begin(); }, [&] { return listen(request.context.stop); });
    std::istream in(&lines);
    auto decision = codex::approvals::ask_on_streams(in, screen_).opinion(request);
    if (request.context.stop.stop_requested()) screen_.print("\n[no longer asked]\n");
    return decision;
  }

  [[nodiscard]] bool is_asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

  /// False if there is no question, or the line was typed before it.
  bool answer(const Keyboard::Line& line) {
    const std::lock_guard lock(mutex_);
    if (!asked_ || line.drops != drops_) return false;
    give(line.text);
    return true;
  }

  /// Declines at the end of the input. False if there is no question.
  bool hang_up() {
    const std::lock_guard lock(mutex_);
    if (!asked_) return false;
    give("no");
    return true;
  }

 private:
  /// Input that was typed before the question, or before it is asked again, does not answer it.
  void begin() {
    const std::lock_guard lock(mutex_);
    drops_ = keyboard_.drop_typed();
    answer_.reset();
    asked_ = true;
    wake();
  }

  std::optional<std::string> listen(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, stop, [&] { return answer_.has_value(); });
    asked_ = false;
    return std::exchange(answer_, std::nullopt);
  }

  void give(const std::string& text) {
    keyboard_.drop_typed();  // pasted along with it
    answer_ = text;
    asked_ = false;
    changed_.notify_all();
  }

  Keyboard& keyboard_;
  codex::approvals::Screen screen_;
  std::mutex questions_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::optional<std::string> answer_;
  bool asked_ = false;
  int drops_ = 0;  // when the question was asked
};

}  // namespace chat
