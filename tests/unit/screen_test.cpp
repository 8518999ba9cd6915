#include <atomic>
#include <condition_variable>
#include <istream>
#include <mutex>
#include <sstream>
#include <streambuf>
#include <thread>

#include <doctest/doctest.h>

#include <codex/policies.hpp>

#include "support/approvals.hpp"

using codex::approvals::ask_on_streams;
using codex::approvals::Decision;
using codex::approvals::Screen;
using codex::testing::command_request;
using codex::testing::contains;
using Kind = Decision::Kind;

namespace {

/// Lines that a person types when the test says so.
class Person : public std::streambuf {
 public:
  /// Waits for a reader.
  void await_question() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return asked_; });
  }

  void type(std::string line) {
    const std::lock_guard lock(mutex_);
    line_ = std::move(line);
    changed_.notify_all();
  }

 private:
  int_type underflow() override {
    std::unique_lock lock(mutex_);
    asked_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return !line_.empty(); });
    asked_ = false;
    reading_ = std::exchange(line_, {});
    setg(reading_.data(), reading_.data(), reading_.data() + reading_.size());
    return traits_type::to_int_type(reading_.front());
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool asked_ = false;
  std::string line_;
  std::string reading_;
};

constexpr std::string_view question_end = "[c]ancel the turn: ";

}  // namespace

TEST_CASE("a screen prints at once when nobody is asked") {
  std::ostringstream out;
  const Screen screen(out);
  screen.print("one");
  Screen(screen).print(" two\n");
  CHECK(out.str() == "one two\n");
}

TEST_CASE("what is printed while a question is open appears when it has its answer") {
  Person person;
  std::istream in(&person);
  std::ostringstream out;
  const Screen screen(out);
  Decision decision = codex::approvals::decline();
  std::jthread asks([&] { decision = ask_on_streams(in, screen)(command_request("rm x")); });
  person.await_question();
  screen.print(std::string(26, '\n') +
               "The agent asks to run a command.\nCommand:\n  | ls\n[y]es: ");
  CHECK(out.str().ends_with(question_end));
  person.type("what?\n");
  person.await_question();
  screen.print("more");
  CHECK(out.str().ends_with(question_end));
  person.type("y\n");
  asks.join();
  CHECK(decision.kind() == Kind::accept);
  CHECK(out.str().ends_with("  | ls\n[y]es: more"));
  screen.print("!");
  CHECK(out.str().ends_with("more!"));
}

TEST_CASE("a screen holds back no more than its limit, and says how much it left out") {
  Person person;
  std::istream in(&person);
  std::ostringstream out;
  const Screen screen(out);
  std::jthread asks([&] { (void)ask_on_streams(in, screen)(command_request("rm x")); });
  person.await_question();
  const std::string line(1000, 'x');
  for (int i = 0; i < 3000; ++i) screen.print(line);
  person.type("n\n");
  asks.join();
  CHECK(out.str().size() < (1 << 20) + 2000);
  CHECK(contains(out.str(), "\n(1952000 bytes of output are left out here.)\n"));
  screen.print("on");
  CHECK(out.str().ends_with(")\non"));
}

TEST_CASE("a screen waits for the last of its open questions") {
  Person first;
  Person second;
  std::istream one(&first);
  std::istream other(&second);
  std::ostringstream out;
  const Screen screen(out);
  std::jthread asks([&] { (void)ask_on_streams(one, screen)(command_request("rm x")); });
  first.await_question();
  std::jthread asks_too([&] { (void)ask_on_streams(other, screen)(command_request("rm y")); });
  second.await_question();
  screen.print("held");
  first.type("n\n");
  asks.join();
  CHECK_FALSE(contains(out.str(), "held"));
  second.type("n\n");
  asks_too.join();
  CHECK(contains(out.str(), "held"));
}

TEST_CASE("a screen may be used by many threads while a person is asked") {
  std::ostringstream out;
  const Screen screen(out);
  {
    std::atomic<bool> done = false;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&] {
        while (!done) screen.print("<output>");
      });
    }
    for (int i = 0; i < 50; ++i) {
      std::istringstream in("n\n");
      CHECK(ask_on_streams(in, screen)(command_request("rm x")).kind() == Kind::decline);
    }
    done = true;
  }
  std::string text = out.str();
  for (std::size_t at = text.find("\nThe agent"); at != std::string::npos;
       at = text.find("\nThe agent", at + 1)) {
    const std::string question = text.substr(at, text.find(question_end, at) - at);
    CHECK_FALSE(contains(question, "<output>"));
  }
}
