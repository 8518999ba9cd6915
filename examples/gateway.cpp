// A chat gateway: many rooms over one client, on one event loop.
//
// A line on stdin, `ROOM: TEXT`, stands for a message of a chat service, and so does a line on
// stdout. Each room has a thread. When the agent asks, the room answers `yes` or `no`; `/stop`
// interrupts it. `gateway [--live] [ROOMS_FILE]`: with the file, threads go on after a restart.

#include <deque>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <codex/async.hpp>

#include "support/model.hpp"

namespace {
namespace approvals = codex::approvals;
using codex::Task;
using Command = codex::protocol::CommandExecutionRequestApprovalParams;
using FileChange = codex::protocol::FileChangeRequestApprovalParams;

constexpr auto most_rooms = 100U;
constexpr auto most_waiting = 20U;  // messages of one room

void say(const std::string& room, const std::string& text) {
  std::cout << room << ": " << codex::printable(text) << std::endl;
}

/// Which thread each room has, in a file.
struct Book {
  explicit Book(std::filesystem::path its_file) : file(std::move(its_file)) {
    std::ifstream in(file);
    for (std::string room, id; in >> room >> id;) threads[room] = id;
  }
  void save() const {
    if (file.empty()) return;
    const auto fresh = file.string() + ".new";  // a kill in the middle leaves the old file
    std::ofstream out(fresh);
    for (const auto& [room, id] : threads) out << room << ' ' << id << '\n';
    out.close();
    if (out) std::filesystem::rename(fresh, file);
  }

  const std::filesystem::path file;
  std::map<std::string, std::string> threads;
};

/// One conversation. Everything here happens on the event loop's thread.
class Room {
 public:
  Room(std::string name, codex::AsyncCodex& codex, Book& book)
      : name_(std::move(name)), codex_(codex), book_(book) {}

  [[nodiscard]] std::string thread_id() const { return thread_ ? thread_->id() : ""; }

  void take(const std::string& text, codex::TaskScope& tasks) {
    if (text == "/stop") {
      messages_.clear();
      stop_.request_stop();
    } else if ((text == "yes" || text == "no") && !questions_.empty()) {
      questions_.front().set(text == "yes");
      questions_.pop_front();
    } else if (messages_.size() == most_waiting) {
      say(name_, "Too much at once; ask again later.");
    } else {
      messages_.push_back(text);
      if (!std::exchange(is_working_, true)) tasks.spawn(work());
    }
  }

  Task<approvals::Decision> ask(std::string question) {
    questions_.emplace_back();
    auto answer = questions_.back().future();
    say(name_, question + " (yes/no)");
    const bool yes = co_await answer;
    co_return yes ? approvals::accept() : approvals::decline();
  }
  /// The runtime is refused.
  void drop_questions() { questions_.clear(); }

 private:
  Task<> work() {
    for (; !messages_.empty(); drop_questions()) {  // they end with their turn
      const auto text = messages_.front();
      messages_.pop_front();
      stop_ = std::stop_source();
      try {
        if (!thread_) thread_ = co_await open();
        const codex::TurnOptions options{.stop = stop_.get_token()};
        const auto result = co_await thread_->run(text, options);
        say(name_, result.final_response.value_or("(no answer)"));
      } catch (const codex::CancelledError&) {
        say(name_, "Stopped.");
      } catch (const codex::CodexError& error) {
        say(name_, std::string("Sorry: ") + error.what());
      }
    }
    is_working_ = false;
  }

  Task<codex::AsyncThread> open() {
    try {
      const codex::ThreadResumeOptions as_before{.approval_mode = codex::ApprovalMode::ask};
      const auto id = book_.threads.contains(name_) ? book_.threads[name_] : "";
      if (!id.empty()) co_return co_await codex_.thread_resume(id, as_before);
    } catch (const codex::ThreadNotFoundError&) {
      say(name_, "I forgot what we said before.");
    }
    const codex::ThreadStartOptions anew{.approval_mode = codex::ApprovalMode::ask};
    auto thread = co_await codex_.thread_start(anew);
    book_.threads[name_] = thread.id();
    book_.save();
    co_return thread;
  }

  const std::string name_;
  codex::AsyncCodex& codex_;
  Book& book_;
  std::optional<codex::AsyncThread> thread_;
  std::deque<std::string> messages_;
  std::deque<codex::Promise<bool>> questions_;
  std::stop_source stop_;
  bool is_working_ = false;
};

class Gateway {
 public:
  Gateway(codex::CodexConfig config, const std::string& file, codex::EventLoop& loop)
      : loop_(loop), book_(file), tasks_(loop.executor()) {
    config.handlers.command_approval = [this](const Command& asked) {
      return ask(asked.thread_id, "May I run " + asked.command.value_or("a command") + '?');
    };
    config.handlers.file_change_approval = [this](const FileChange& asked) {
      return ask(asked.thread_id, "May I change files?");
    };
    codex_.emplace(std::move(config), loop.executor());
  }

  Task<> serve() {
    co_await codex_->start();
    const std::jthread reader([this] {  // a thread of its own, since it blocks
      for (std::string line; std::getline(std::cin, line);) {
        codex::Promise<> taken;  // the next line is read when this one was taken
        loop_.post([&] { take(line), taken.set(); });
        codex::sync_wait(taken.future());
      }
      loop_.post([this] { end_.set(); });
    });
    co_await end_.future();
    has_ended_ = true;  // nobody can answer from here on
    for (auto& [name, room] : rooms_) room.drop_questions();
    co_await tasks_.join();
    co_await codex_->close();
  }

 private:
  void take(const std::string& line) {
    constexpr auto letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    const auto colon = line.find_first_not_of(letters);
    const auto text = line.find_first_not_of(" :", colon);
    const auto name = line.substr(0, colon);
    const bool is_message = !name.empty() && name.size() <= 64 && text != line.npos;
    if (!is_message || line[colon] != ':') return say("gateway", "A message is ROOM: TEXT");
    if (rooms_.size() == most_rooms && !rooms_.contains(name)) return say("gateway", "No room");
    rooms_.try_emplace(name, name, *codex_, book_).first->second.take(line.substr(text), tasks_);
  }

  Task<approvals::Decision> ask(const std::string& thread_id, std::string question) {
    for (auto& [name, room] : rooms_) {
      if (room.thread_id() == thread_id && !has_ended_) return room.ask(std::move(question));
    }
    throw codex::CodexError("Nobody can be asked");
  }

  codex::EventLoop& loop_;
  Book book_;
  std::optional<codex::AsyncCodex> codex_;
  std::map<std::string, Room> rooms_;
  bool has_ended_ = false;
  codex::Promise<> end_;  // of the input
  codex::TaskScope tasks_;
};

}  // namespace

int main(int argc, char** argv) try {
  const example::Model model(argc, argv);
  codex::EventLoop loop;
  Gateway gateway(model.config(), argc > 1 ? argv[1] : "", loop);
  loop.run(gateway.serve());
} catch (const codex::CodexError& error) {
  std::cerr << codex::printable(error.what()) << '\n';
  return 1;
}
