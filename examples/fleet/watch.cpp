#include "watch.hpp"

#include <algorithm>
#include <ostream>

#include <codex/printable.hpp>

namespace fleet {

Watch::Watch(std::ostream& out, std::size_t least_jobs, bool is_terminal)
    : out_(out), least_jobs_(least_jobs), is_terminal_(is_terminal) {}

bool Watch::see(const Logged& message) {
  is_behind_ = message.pending > 0;
  const auto content = [&] { return codex::Json::parse(message.text); };
  if (message.subject.starts_with("fleet.log.result.")) {
    see_result(content().get<Result>());
  } else if (message.subject.starts_with("fleet.log.progress.")) {
    auto progress = content().get<Progress>();
    if (!ended_.contains(progress.job)) open_[progress.job] = std::move(progress);
  } else if (message.subject.starts_with("fleet.log.dead.")) {
    const auto letter = content().get<DeadLetter>();
    ++dead_;
    print(letter.subject + " is no job: " + letter.reason);
  } else {
    draw();  // none has come: there is time
  }
  if (is_behind_ || ended_.empty() || ended_.size() < total()) return true;
  draw();
  if (is_terminal_) out_ << std::endl;
  return false;
}

void Watch::see_result(const Result& result) {
  open_.erase(result.job);
  if (!ended_.emplace(result.job, result.status).second) return;
  if (result.status != "done") ++not_done_;
  std::string line = result.job + ": " + result.status;
  if (result.attempt > 1) line += " at attempt " + std::to_string(result.attempt);
  if (result.reason) line += ": " + *result.reason;
  print(line);
}

std::size_t Watch::total() const { return std::max(open_.size() + ended_.size(), least_jobs_); }

std::string Watch::bar() const {
  constexpr std::size_t width = 30;
  const std::size_t full = width * ended_.size() / std::max<std::size_t>(total(), 1);
  std::string text = '[' + std::string(full, '=') + std::string(width - full, ' ') + "] " +
                     std::to_string(ended_.size()) + '/' + std::to_string(total());
  const auto running =
      std::ranges::count_if(open_, [](const auto& job) { return job.second.state == "running"; });
  if (running > 0) text += ", " + std::to_string(running) + " running";
  if (dead_ > 0) text += ", " + std::to_string(dead_) + " unreadable";
  return text;
}

void Watch::print(const std::string& line) {
  if (is_terminal_) out_ << "\r\x1b[K";
  out_ << codex::printable_line(line) << '\n';
  drawn_.clear();
  draw();
}

/// On a terminal with what one of the agents says; elsewhere a line when it has changed.
void Watch::draw() {
  if (is_behind_) return;
  std::string line = bar();
  if (is_terminal_ && !open_.empty()) {
    const auto talks = std::ranges::max_element(
        open_, {}, [](const auto& job) { return job.second.saying.size(); });
    line += ' ' + talks->first + ": " + codex::printable_line(talks->second.saying);
    line = line.substr(0, 100);
  }
  if (line == drawn_) return;
  drawn_ = line;
  out_ << (is_terminal_ ? "\r\x1b[K" + line : line + '\n') << std::flush;
}

}  // namespace fleet
