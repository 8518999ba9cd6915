#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include <codex/policies.hpp>

#include "approvals/prompt.hpp"
#include "approvals/prompt_page.hpp"
#include "approvals/screen_state.hpp"
#include "approvals/stream_terminal.hpp"
#include "approvals/terminal.hpp"

namespace codex::approvals {
namespace {

using codex::detail::choice_of;
using codex::detail::choices_line;
using codex::detail::OpenQuestion;
using codex::detail::page_of;
using codex::detail::Prompt;
using codex::detail::prompt_for;
using codex::detail::ScreenState;
using codex::detail::StreamTerminal;
using codex::detail::Terminal;

constexpr int max_attempts = 3;

/// Lets one caller in at a time.
class Turnstile {
 public:
  /// False if a stop is requested first.
  bool enter(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    if (!free_again_.wait(lock, stop, [&] { return !taken_; })) return false;
    taken_ = true;
    return true;
  }

  void leave() noexcept {
    const std::lock_guard lock(mutex_);
    taken_ = false;
    free_again_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any free_again_;
  bool taken_ = false;
};

Decision ask(Terminal& terminal, const Prompt& prompt, const std::stop_token& stop) {
  const std::optional<std::string> page = page_of(prompt, terminal.size());
  if (!page) {
    terminal.write("\nThe agent asks for more than this terminal can show. Taken for a no.\n",
                   stop);
    return decline("It is too long to be read by a person.");
  }
  terminal.write(*page, stop);
  for (int attempt = 0; attempt < max_attempts; ++attempt) {
    if (!terminal.drop_typed()) break;
    terminal.write(choices_line(prompt.choices), stop);
    const std::optional<std::string> line = terminal.read_line(stop);
    if (!line) break;
    if (const auto choice = choice_of(*line, prompt.choices)) return Decision(*choice);
  }
  terminal.write("\nTaken for a no.\n", stop);
  return decline("Nobody answered.");
}

/// A person who is asked one question at a time.
class Person {
 public:
  using Open = std::function<std::unique_ptr<Terminal>()>;

  explicit Person(Open open) : open_(std::move(open)) {}

  Decision decide(const Prompt& prompt, ScreenState* screen, const std::stop_token& stop) {
    if (!turnstile_.enter(stop)) return decline();
    const auto leave = [](Turnstile* turnstile) { turnstile->leave(); };
    const std::unique_ptr<Turnstile, decltype(leave)> inside(&turnstile_, leave);
    const OpenQuestion question(screen);
    const std::unique_ptr<Terminal> terminal = open_();
    if (!terminal) return decline("There is nobody to ask.");
    return ask(*terminal, prompt, stop);
  }

 private:
  Turnstile turnstile_;
  Open open_;
};

Policy ask_person(std::shared_ptr<Person> person, std::shared_ptr<ScreenState> screen) {
  return [person = std::move(person),
          screen = std::move(screen)](const Request& request) -> std::optional<Decision> {
    const std::optional<Prompt> prompt = prompt_for(request);
    if (!prompt) return std::nullopt;
    return person->decide(*prompt, screen.get(), request.context.stop);
  };
}

/// A process has one terminal, so its policies have to take turns.
std::shared_ptr<Person> person_at_the_terminal() {
  static const auto person = std::make_shared<Person>(codex::detail::open_process_terminal);
  return person;
}

}  // namespace

Policy detail::ask_on_terminal() { return ask_person(person_at_the_terminal(), nullptr); }

Policy detail::ask_on_screen(const Screen& screen) {
  return ask_person(person_at_the_terminal(), screen.state_);
}

Policy ask_on_streams(std::istream& in, const Screen& screen) {
  const auto open = [&in, state = screen.state_] {
    return std::make_unique<StreamTerminal>(in, state->out(), state->size());
  };
  return ask_person(std::make_shared<Person>(open), screen.state_);
}

Policy ask_on_streams(std::istream& in, std::ostream& out) {
  return ask_on_streams(in, Screen(out));
}

}  // namespace codex::approvals
