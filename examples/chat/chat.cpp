// A chat with the agent on the terminal: `chat [--live] [--resume THREAD_ID | --last]`. Or one with
// an agent that runs already, and that others may talk to as well:
// `chat --attach ENDPOINT [--token-env VARIABLE] [--thread THREAD_ID | --last]`.
//
// A line starts a turn, or steers the running one. Ctrl-C interrupts the turn, or ends the chat if
// none runs; so does the end of the input. The agent asks before it does more than change files in
// its folder. An attached chat shows the turns that others begin on its thread, and its questions
// go when another client answers.

#include <atomic>
#include <exception>
#include <iostream>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <codex/codex.hpp>
#include <codex/protocol/mcp_server.hpp>

#include "keyboard.hpp"
#include "person.hpp"
#include "support/model.hpp"

namespace {

namespace approvals = codex::approvals;
namespace types = codex::protocol;
namespace events = codex::protocol::notifications;
using Key = chat::Keyboard::Event;

/// Text of the agent cannot control the terminal, and waits while a person is asked.
void show(const approvals::Screen& screen, const std::string& text) {
  screen.print(codex::printable(text));
}

/// Prints a turn as it happens.
class TurnPrinter {
 public:
  explicit TurnPrinter(approvals::Screen screen) : screen_(std::move(screen)) {}

  void print(const codex::Notification& event) {
    if (const auto text = event.as<events::ItemAgentMessageDelta>()) {
      stream(text->item_id, text->delta);
    } else if (const auto output = event.as<events::ItemCommandExecutionOutputDelta>()) {
      stream(output->item_id, output->delta);
    } else if (const auto begun = event.as<events::ItemStarted>()) {
      print_begun(begun->item);
    } else if (const auto done = event.as<events::ItemCompleted>()) {
      print_done(done->item);
    }
  }

 private:
  void show(const std::string& text) const { ::show(screen_, text); }

  void stream(const std::string& item_id, const std::string& text) {
    streamed_.insert(item_id);
    show(text);
  }

  /// Short texts may arrive without deltas.
  void print_unless_streamed(const std::string& item_id, const std::string& text) {
    if (streamed_.erase(item_id) == 0) show(text);
  }

  void print_begun(const types::ThreadItem& item) const {
    if (const auto* command = item.as<types::CommandExecutionThreadItem>()) {
      show("\n$ " + command->command + '\n');
    } else if (const auto* patch = item.as<types::FileChangeThreadItem>()) {
      for (const auto& change : patch->changes) {
        show("\n" + codex::printable_line(change.path) + '\n' + change.diff);
      }
    }
  }

  void print_done(const types::ThreadItem& item) {
    if (const auto* message = item.as<types::AgentMessageThreadItem>()) {
      print_unless_streamed(message->id, message->text);
      show("\n");
    } else if (const auto* command = item.as<types::CommandExecutionThreadItem>()) {
      print_unless_streamed(command->id, command->aggregated_output.value_or(""));
      const auto& code = command->exit_code;
      const std::string end =
          code ? "exit " + std::to_string(*code) : std::string(command->status.name());
      show('[' + end + "]\n");
    } else if (const auto* patch = item.as<types::FileChangeThreadItem>()) {
      show("[patch " + std::string(patch->status.name()) + "]\n");
    }
  }

  approvals::Screen screen_;
  std::set<std::string> streamed_;  // items that had deltas
};

/// What the command line asks for.
struct Arguments {
  std::optional<std::string> attach;  // an endpoint
  std::optional<std::string> token_env;
  std::optional<std::string> thread;
  bool last = false;
  bool live = false;
};

/// One turn after the other on a thread.
class Chat {
 public:
  Chat(codex::Codex& codex, codex::Thread thread, chat::Keyboard& keyboard, chat::Person& person,
       approvals::Screen screen, std::string resume)
      : codex_(codex),
        thread_(std::move(thread)),
        keyboard_(keyboard),
        person_(person),
        screen_(std::move(screen)),
        resume_(std::move(resume)) {}

  /// Shows what others do on this thread: turns that this program did not begin.
  void watch_others() {
    watcher_ = std::jthread([this](const std::stop_token& stop) { watch(stop); });
  }

  void run() {
    bool open = true;
    while (open || running()) {
      if (open) show_prompt();
      // Lines of a script wait until the turn has ended; those of a person steer it.
      const bool wants_line =
          person_.is_asked() || (open && (keyboard_.is_terminal() || !running()));
      switch (keyboard_.next(wants_line)) {
        case Key::line:
          take(keyboard_.take_line());
          break;
        case Key::ctrl_c:
          open = interrupt() && open;
          break;
        case Key::end:
          open = person_.hang_up() && open;
          break;
        case Key::woken:
          break;
      }
    }
    // The runtime stores a thread with its first turn.
    if (follower_.joinable()) show("\nGo on with: " + resume_ + ' ' + thread_.id() + '\n');
  }

 private:
  void show(const std::string& text) const { ::show(screen_, text); }

  void show_error(const std::exception& error) const {
    show(std::string("\nError: ") + error.what() + '\n');
  }

  std::optional<codex::TurnHandle> running() {
    const std::lock_guard lock(mutex_);
    return turn_;
  }

  void show_prompt() {
    if (prompted_ || others_run_ || running()) return;
    prompted_ = true;
    show("> ");
  }

  void take(const chat::Keyboard::Line& line) try {
    prompted_ = false;
    if (person_.answer(line) || line.text.empty()) return;
    if (auto turn = running()) {
      turn->steer(line.text);
      show("[steered]\n");
    } else {
      begin(line.text);
    }
  } catch (const codex::CodexError& error) {
    show_error(error);
  }

  void begin(const std::string& line) {
    const auto turn = thread_.turn(line);
    const std::lock_guard lock(mutex_);
    turn_ = turn;
    follower_ = std::jthread([this, turn] { follow(turn); });
  }

  /// False if there is nothing to interrupt.
  bool interrupt() {
    auto turn = running();
    try {
      if (turn) turn->interrupt();
    } catch (const codex::CodexError& error) {
      show_error(error);  // it has just ended
    }
    return turn.has_value();
  }

  void follow(codex::TurnHandle turn) {
    try {
      TurnPrinter printer(screen_);
      for (const codex::Notification& event : turn.stream()) printer.print(event);
      const auto status = turn.run().status;
      if (status != types::TurnStatus::completed) show("\n[" + std::string(status.name()) + "]\n");
    } catch (const codex::CodexError& error) {
      show_error(error);  // a TurnFailedError says why the turn failed
    }
    const std::lock_guard lock(mutex_);
    turn_.reset();
    chat::wake();
  }

  /// The events of turns that nobody here waits for.
  void watch(const std::stop_token& stop) try {
    TurnPrinter printer(screen_);
    for (const codex::Notification& event : codex_.notifications({.stop = stop})) {
      if (event.thread_id() != thread_.id()) continue;
      if (event.is<events::TurnStarted>()) others_run_ = true;
      if (const auto begun = event.as<events::ItemStarted>()) show_words(begun->item);
      printer.print(event);
      if (const auto done = event.as<events::TurnCompleted>()) {
        show("\n[" + std::string(done->turn.status.name()) + ", begun elsewhere]\n");
        prompted_ = others_run_ = false;
        chat::wake();
      }
    }
  } catch (const codex::CancelledError&) {  // the chat has ended
  } catch (const codex::CodexError& error) {
    show_error(error);
    chat::wake('c');  // nothing can follow
  }

  /// What another person said.
  void show_words(const types::ThreadItem& item) const {
    const auto* const message = item.as<types::UserMessageThreadItem>();
    if (message == nullptr) return;
    for (const auto& part : message->content) {
      const auto* const text = part.as<types::TextUserInput>();
      if (text != nullptr) show("\n[elsewhere] " + codex::printable_line(text->text) + '\n');
    }
  }

  codex::Codex& codex_;
  codex::Thread thread_;
  chat::Keyboard& keyboard_;
  chat::Person& person_;
  approvals::Screen screen_;
  std::string resume_;
  std::atomic<bool> prompted_ = false;
  std::atomic<bool> others_run_ = false;
  std::mutex mutex_;
  std::optional<codex::TurnHandle> turn_;  // the running one
  std::jthread follower_;                  // prints what it does; ends before the rest
  std::jthread watcher_;
};

Arguments parse(const std::vector<std::string>& words) {
  Arguments out;
  for (std::size_t at = 0; at < words.size(); ++at) {
    const auto& word = words[at];
    if (word == "--live" || word == "--last") {
      (word == "--live" ? out.live : out.last) = true;
      continue;
    }
    auto* const value = word == "--attach"                         ? &out.attach
                        : word == "--token-env"                    ? &out.token_env
                        : word == "--thread" || word == "--resume" ? &out.thread
                                                                   : nullptr;
    if (value == nullptr || ++at == words.size()) {
      throw codex::CodexError(
          "usage: chat [--live | --attach ENDPOINT [--token-env VARIABLE]] [--resume THREAD_ID | "
          "--thread THREAD_ID | --last]");
    }
    *value = words[at];
  }
  return out;
}

codex::Thread open_thread(codex::Codex& codex, const Arguments& arguments) {
  if (arguments.last) {
    const auto threads =
        codex.thread_list({.limit = 1, .sort_key = types::ThreadSortKey::updated_at}).data;
    if (threads.empty()) throw codex::CodexError("There is no thread to resume.");
    return codex.thread_resume(threads.front().id, {.approval_mode = codex::ApprovalMode::ask});
  }
  if (arguments.thread) {
    return codex.thread_resume(*arguments.thread, {.approval_mode = codex::ApprovalMode::ask});
  }
  return codex.thread_start(
      {.approval_mode = codex::ApprovalMode::ask, .sandbox = codex::Sandbox::workspace_write});
}

}  // namespace

int main(int argc, char** argv) try {
  const Arguments arguments = parse({argv + 1, argv + argc});
  std::optional<const example::Model> model;
  codex::CodexConfig config{.endpoint = arguments.attach,
                            .bearer_token_env_var = arguments.token_env};
  if (!arguments.attach) config = model.emplace(argc, argv).config();
  const approvals::Screen screen(std::cout, chat::terminal_size);
  chat::Keyboard keyboard;
  chat::Person person(keyboard, screen);
  const approvals::Policy ask = [&](const approvals::Request& request) {
    return person.decide(request);
  };
  config.handlers = {.command_approval = ask,
                     .file_change_approval = ask,
                     .permissions_approval = ask,
                     .elicitation = ask};
  codex::Codex codex(config);
  const std::string resume =
      arguments.attach ? "chat --attach " + *arguments.attach + " --thread" : "chat --resume";
  const codex::Thread thread = open_thread(codex, arguments);
  Chat chat(codex, thread, keyboard, person, screen, resume);
  if (arguments.attach) {
    show(screen, "Thread " + thread.id() + '\n');
    chat.watch_others();
  }
  chat.run();
} catch (const std::exception& error) {
  std::cerr << codex::printable(error.what()) << '\n';
  return 1;
}
