// A CI batch: one prompt for many repositories, a few at once, and a line of JSON for each. A bad
// folder or a turn that fails costs its own line only; Ctrl-C stops what runs and writes what is
// there.
//
// usage: batch [--at-once N] [--seconds N] PROMPT FOLDER...
//
// Exit code: 0 if every folder passed, 1 if one did not, 2 for a wrong command line, 130 after
// Ctrl-C.

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <codex/codex.hpp>
#include <codex/describe.hpp>
#include <codex/stop_on_signal.hpp>

#include "support/model.hpp"

namespace {

using codex::Json;
using Clock = std::chrono::steady_clock;

struct Verdict {
  bool passed = false;
  std::string summary;
  std::vector<std::string> problems = {};
};
CODEX_DESCRIBE(Verdict, passed, (summary, "In one sentence"), (problems, "Each with its file"))

struct Order {
  std::string prompt;
  std::vector<std::string> folders = {};
  std::size_t at_once = 4;
  std::chrono::seconds time_for_each{600};
};

/// 1 to 999; anything else is a wrong command line.
int number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 1 || value > 999) {
    throw std::invalid_argument("no number from 1 to 999: " + std::string(text));
  }
  return value;
}

Order order_from(std::span<char*> words) {
  Order order;
  for (; words.size() > 1 && std::string_view(words[0]).starts_with("--");
       words = words.subspan(2)) {
    const std::string_view name = words[0];
    if (name == "--at-once") {
      order.at_once = static_cast<std::size_t>(number(words[1]));
    } else if (name == "--seconds") {
      order.time_for_each = std::chrono::seconds(number(words[1]));
    } else {
      throw std::invalid_argument("no such option: " + std::string(name));
    }
  }
  if (words.size() < 2) throw std::invalid_argument("a prompt and at least one folder are missing");
  order.prompt = words[0];
  order.folders.assign(words.begin() + 1, words.end());
  return order;
}

class Batch {
 public:
  Batch(const Order& order, codex::CodexConfig config, std::stop_token stop)
      : order_(order), config_(std::move(config)), stop_(std::move(stop)) {}

  /// Whether every folder passed.
  bool run() {
    {
      std::vector<std::jthread> workers;
      for (std::size_t i = 0; i < std::min(order_.at_once, order_.folders.size()); ++i) {
        workers.emplace_back([this] { work(); });
      }
    }
    return all_passed_;
  }

 private:
  /// Each worker has a runtime of its own: one that ends costs the others nothing.
  void work() {
    std::optional<codex::Codex> codex;
    for (std::size_t i = next_++; i < order_.folders.size(); i = next_++) {
      const auto begin = Clock::now();
      Json line = outcome(codex, order_.folders[i]);
      line["seconds"] = std::chrono::duration<double>(Clock::now() - begin).count();
      write(line);
    }
  }

  Json outcome(std::optional<codex::Codex>& codex, const std::string& folder) {
    Json line{{"folder", folder}, {"status", "skipped"}};
    if (stop_.stop_requested()) return line;
    std::string said;  // all that there is of a turn that is cut off
    try {
      if (!codex || !codex->is_open()) codex.emplace(config_);
      check(*codex, folder, line, said);
    } catch (const codex::CancelledError&) {
      line.update({{"status", "stopped"}, {"said", said}});
    } catch (const codex::TimeoutError&) {
      line.update({{"status", "out of time"}, {"said", said}});
    } catch (const codex::OutputParseError& error) {
      line.update({{"status", "no answer that fits"}, {"said", error.text()}});
    } catch (const std::exception& error) {
      line.update({{"status", "failed"}, {"said", said}, {"error", error.what()}});
    }
    return line;
  }

  void check(const codex::Codex& codex, const std::string& folder, Json& line,
             std::string& said) const {
    const auto thread = codex.thread_start({.approval_mode = codex::ApprovalMode::deny_all,
                                            .cwd = std::filesystem::absolute(folder).string(),
                                            .ephemeral = true,
                                            .sandbox = codex::Sandbox::read_only,
                                            .stop = stop_});
    const auto listen = [&said](const codex::Notification& event) {
      using Delta = codex::protocol::notifications::ItemAgentMessageDelta;
      if (const auto piece = event.as<Delta>()) said += piece->delta;
    };
    const auto answer = thread.run_as<Verdict>(
        order_.prompt,
        {.on_event = listen, .timeout = order_.time_for_each, .stop = stop_, .output_retries = 1});
    line["status"] = answer.value.passed ? "passed" : "problems";
    line["verdict"] = answer.value;
    if (answer.turn.usage) line["tokens"] = answer.turn.usage->total.total_tokens;
  }

  void write(const Json& line) {
    const std::scoped_lock lock(mutex_);
    if (line.at("status") != "passed") all_passed_ = false;
    // A model may say anything, also what is no UTF-8.
    std::cout << line.dump(-1, ' ', true, Json::error_handler_t::replace) << std::endl;
  }

  const Order& order_;
  const codex::CodexConfig config_;
  const std::stop_token stop_;
  std::atomic<std::size_t> next_ = 0;
  std::mutex mutex_;
  bool all_passed_ = true;
};

}  // namespace

int main(int argc, char** argv) try {
  const example::Model model(argc, argv);
  const Order order = order_from(std::span(argv, static_cast<std::size_t>(argc)).subspan(1));
  const codex::StopOnSignal stop{SIGINT, SIGTERM};
  const bool passed = Batch(order, model.config(), stop.token()).run();
  if (stop.signal() != 0) return 128 + stop.signal();
  return passed ? 0 : 1;
} catch (const std::invalid_argument& error) {
  std::cerr << codex::printable(error.what())
            << "\nusage: batch [--at-once N] [--seconds N] PROMPT FOLDER...\n";
  return 2;
} catch (const std::exception& error) {
  std::cerr << codex::printable(error.what()) << '\n';
  return 1;
}
