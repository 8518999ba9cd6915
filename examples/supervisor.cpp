// Four agents and a desk where their approvals wait. Tasks and answers come from stdin; a runtime
// that ends is started again, and the tasks that it ran begin anew.
// usage: supervisor [FOLDER], then lines: task TEXT, who, yes ID, no ID. The end of the input ends
// the program when all tasks are done, Ctrl-C at once.

#include <array>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <poll.h>
#include <sstream>
#include <syncstream>
#include <thread>
#include <unistd.h>
#include <vector>

#include <codex/ask.hpp>
#include <codex/codex.hpp>
#include <codex/stop_on_signal.hpp>

#include "support/model.hpp"

namespace {

namespace approvals = codex::approvals;
using namespace std::chrono_literals;

/// One line, whatever a model put into it.
void say(const std::string& line) {
  std::osyncstream(std::cout) << codex::printable_line(line) << std::endl;
}

class Supervisor {
 public:
  Supervisor(codex::CodexConfig config, std::string folder, std::stop_token stop)
      : config_(std::move(config)), folder_(std::move(folder)), stop_(std::move(stop)) {
    config_.on_connection = [](const codex::ConnectionChange& change) {
      say("the runtime has ended: " + change.reason.substr(0, change.reason.find('\n')));
    };
    desk_.emplace(approvals::DeskOptions{.on_question = [this](const auto& one) { show(one); }});
    config_.handlers = approvals::or_ask(approvals::allow_commands({"ls *"}), *desk_).handlers();
    config_.handler_timeout = 8h;
    for (std::size_t i = 0; i < doing_.size(); ++i) {
      agents_.emplace_back([this, i] { work("agent " + std::to_string(i + 1), doing_[i]); });
    }
  }

  void obey(const std::string& line) {
    std::istringstream words(line);
    std::string command, rest;
    std::getline(words >> command >> std::ws, rest);
    const std::scoped_lock lock(mutex_);
    if (command == "task" && !rest.empty()) {
      tasks_.push_back(rest);
    } else if (command == "who") {
      show();
    } else if (command == "yes" || command == "no") {
      const auto asked = asked_.find(rest);
      const auto decision = command == "yes" ? approvals::accept() : approvals::decline();
      const bool waits = asked != asked_.end() && asked->second.second.answer(decision);
      if (!waits) return say("nothing waits as " + rest);
    } else if (!command.empty()) {
      say("say task TEXT, who, yes ID or no ID, not: " + line);
    }
    changed_.notify_all();
  }

  /// Waits until all tasks are done, or the stop. Nobody is left to answer: what asks is declined.
  void finish() {
    std::unique_lock lock(mutex_);
    no_more_ = true;
    changed_.notify_all();
    lock.unlock();
    desk_.reset();
    agents_.clear();
  }

 private:
  void show() const {
    for (std::size_t i = 0; i < doing_.size(); ++i) {
      say("agent " + std::to_string(i + 1) + ": " + (doing_[i].empty() ? "-" : doing_[i]));
    }
    for (const auto& task : tasks_) say("waits: " + task);
    for (const auto& [number, asked] : asked_) {
      if (asked.second.is_open()) say(number + ": " + asked.first);
    }
  }

  /// Called with each new question.
  void show(const approvals::PendingApproval& asked) {
    const approvals::Request& request = asked.request();
    std::string what = "do more";
    if (request.command) what = "run " + request.command->command.value_or("(no command)");
    if (request.file_change) what = "change";
    for (const auto& change : request.context.changes()) what += " " + change.path;
    const std::scoped_lock lock(mutex_);
    what = names_[request.context.thread_id] + " wants to " + what;
    asked_.emplace(std::to_string(asked_.size() + 1), std::pair(what, asked));
    say(std::to_string(asked_.size()) + ": " + what);
  }

  void work(const std::string& name, std::string& doing) {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, stop_, [&] { return no_more_ || !tasks_.empty(); });
      if (stop_.stop_requested() || tasks_.empty()) return;
      doing = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      for (int attempt = 1; !is_over(name, doing) && attempt < 3;) ++attempt;
      lock.lock();
      doing.clear();
    }
  }

  /// False if the runtime ended under the task.
  bool is_over(const std::string& name, const std::string& task) try {
    const auto codex = client();
    const auto thread = codex->thread_start({.approval_mode = codex::ApprovalMode::ask,
                                             .cwd = folder_,
                                             .sandbox = codex::Sandbox::read_only,
                                             .stop = stop_});
    std::unique_lock lock(mutex_);
    names_[thread.id()] = name;
    lock.unlock();
    const auto result = thread.run(task, {.stop = stop_});
    say(name + " is done: " + result.final_response.value_or("(no answer)"));
    return true;
  } catch (const codex::TransportClosedError&) {
    say(name + " lost its runtime");
    return false;
  } catch (const std::exception& error) {
    say(name + " failed: " + error.what());
    return true;
  }

  /// The client of all agents; another one when its runtime has ended.
  std::shared_ptr<codex::Codex> client() {
    const std::scoped_lock lock(client_mutex_);
    if (!client_ || !client_->is_open()) {
      client_ = std::make_shared<codex::Codex>(config_);
      say("runtime " + std::to_string(client_->process_id().value_or(0)) + " has started");
    }
    return client_;
  }

  codex::CodexConfig config_;
  const std::string folder_;
  const std::stop_token stop_;
  std::mutex client_mutex_;
  std::shared_ptr<codex::Codex> client_;
  std::mutex mutex_;  // of all below
  std::condition_variable_any changed_;
  std::deque<std::string> tasks_;
  std::array<std::string, 4> doing_;
  std::map<std::string, std::string> names_;  // of agents, by thread
  std::map<std::string, std::pair<std::string, approvals::PendingApproval>>
      asked_;  // by what people call it
  bool no_more_ = false;
  std::optional<approvals::Desk> desk_;
  std::vector<std::jthread> agents_;  // last: they use the others
};

/// Gives each line of stdin to the supervisor, until the end or the stop.
void read_lines(Supervisor& supervisor, const std::stop_token& stop) {
  std::string ahead;
  for (pollfd input{STDIN_FILENO, POLLIN, 0}; !stop.stop_requested();) {
    if (poll(&input, 1, 100) <= 0) continue;
    std::array<char, 4096> piece{};
    const auto size = read(STDIN_FILENO, piece.data(), piece.size());
    if (size <= 0) return;
    ahead.append(piece.data(), static_cast<std::size_t>(size));
    for (auto end = ahead.find('\n'); end != ahead.npos; end = ahead.find('\n')) {
      supervisor.obey(ahead.substr(0, end));
      ahead.erase(0, end + 1);
    }
  }
}

}  // namespace

int main(int argc, char** argv) try {
  const example::Model model(argc, argv);
  const codex::StopOnSignal stop{SIGINT, SIGTERM};
  const auto folder = std::filesystem::absolute(argc > 1 ? argv[1] : ".");
  Supervisor supervisor(model.config(), folder.string(), stop.token());
  read_lines(supervisor, stop.token());
  supervisor.finish();
  return stop.signal() == 0 ? 0 : 128 + stop.signal();
} catch (const std::exception& error) {
  std::cerr << codex::printable(error.what()) << '\n';
  return 1;
}
