// Turns for hours on the real runtime, while connections are cut and runtimes are killed:
// tools/soak runs it.
//
// Each turn is compared with an uncut one. A line a minute says what happened; the last line is the
// verdict, whose rule is in flat() below.

#include <algorithm>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <mutex>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <codex/stop_on_signal.hpp>

#include "lane.hpp"
#include "model.hpp"
#include "runtime.hpp"
#include "support/mock_process.hpp"
#include "testing/temp_dir.hpp"

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

struct Order {
  std::chrono::seconds time{60};
  std::chrono::seconds interval{60};
  std::string transport = "unix";
  std::uint64_t seed = std::random_device()();
  int lanes = 3;
};

template <class Number>
Number number(std::string_view text) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw std::invalid_argument("no number: " + std::string(text));
  }
  return value;
}

Order order_from(int argc, char** argv) {
  Order order;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    if (i + 1 == argc) throw std::invalid_argument(std::string(name) + " needs a value");
    const std::string_view value = argv[i + 1];
    if (name == "--minutes") {
      order.time = std::chrono::minutes(number<int>(value));
    } else if (name == "--seconds") {
      order.time = std::chrono::seconds(number<int>(value));
    } else if (name == "--every") {
      order.interval = std::chrono::seconds(number<int>(value));
    } else if (name == "--transport") {
      order.transport = value;
    } else if (name == "--seed") {
      order.seed = number<std::uint64_t>(value);
    } else if (name == "--threads") {
      order.lanes = number<int>(value);
    } else {
      throw std::invalid_argument("no such option: " + std::string(name));
    }
  }
  return order;
}

/// What a process takes.
struct Usage {
  double megabytes = 0;
  std::ptrdiff_t descriptors = 0;
  std::ptrdiff_t threads = 0;
};

double resident_megabytes(const std::string& process) {
  std::ifstream status("/proc/" + process + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024;
  }
  return 0;
}

std::ptrdiff_t entries(const char* folder) {
  return std::distance(std::filesystem::directory_iterator(folder),
                       std::filesystem::directory_iterator());
}

Usage usage_now() {
  return {resident_megabytes("self"), entries("/proc/self/fd"), entries("/proc/self/task")};
}

/// Sleeps until the time is up or the stop.
class Pause {
 public:
  explicit Pause(std::stop_token stop) : stop_(std::move(stop)) {}
  /// False after the stop.
  bool operator()(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop_, time, [] { return false; });
    return !stop_.stop_requested();
  }

 private:
  const std::stop_token stop_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
};

/// Faults at random times: about one in a second; the most are cuts, where there is something to
/// cut. A stdio runtime is killed every few seconds.
void cause_faults(soak::Runtime& runtime, std::uint64_t seed, const std::stop_token& stop) {
  std::mt19937_64 random(seed);
  const auto below = [&random](std::uint64_t limit) { return random() % limit; };
  Pause pause(stop);
  const auto calm = [&] {
    if (!runtime.can_cut()) return 2000 + below(6000);
    return below(8) == 0 ? 6000 : below(2000);  // now and then long enough for whole turns
  };
  while (pause(std::chrono::milliseconds(calm()))) {
    if (!runtime.can_cut() || below(12) == 0) {
      runtime.kill();
    } else {
      runtime.cut(std::chrono::milliseconds(below(3) == 0 ? below(300) : 0));
    }
  }
}

std::string line_of(const Usage& usage) {
  std::ostringstream out;
  out.precision(1);
  out << std::fixed << usage.megabytes << " MB, " << usage.descriptors << " descriptors, "
      << usage.threads << " threads";
  return out.str();
}

class Soak {
 public:
  Soak(Order order, const codex::CodexConfig& config, std::stop_token stop)
      : order_(std::move(order)),
        stop_(std::move(stop)),
        runtime_(order_.transport, config, folder_.path().string()) {}

  /// Whether all went well.
  bool run() {
    reference_ = soak::Lane(runtime_, tally_, asked_, {}).uncut(0);
    runtime_.drop_client();
    at_begin_ = usage_now();
    begin_ = Clock::now();
    std::cout << "soak: seed " << order_.seed << ", " << order_.transport << ", an uncut turn has "
              << reference_.size() << " items" << std::endl;
    {
      std::vector<std::jthread> lanes;
      for (int i = 0; i < order_.lanes; ++i) {
        lanes.emplace_back([this, i](const std::stop_token& stop) { take_turns(i, stop); });
      }
      const std::jthread faults(
          [this](const std::stop_token& stop) { cause_faults(runtime_, order_.seed, stop); });
      report();
    }  // faults end first
    runtime_.drop_client();
    return verdict();
  }

 private:
  /// With rests, so that faults meet threads that are idle, too.
  void take_turns(int lane, const std::stop_token& stop) {
    soak::Lane turns(runtime_, tally_, asked_, reference_);
    std::mt19937_64 random(order_.seed + static_cast<std::uint64_t>(lane));
    Pause pause(stop);
    for (int number = lane + 1; !stop.stop_requested(); number += order_.lanes) {
      turns.take_turn(number);
      (void)pause(std::chrono::milliseconds(random() % 2000));
    }
  }

  void report() {
    Pause pause(stop_);
    while (Clock::now() < begin_ + order_.time) {
      const auto left = begin_ + order_.time - Clock::now();
      const bool goes_on = pause(std::chrono::ceil<std::chrono::milliseconds>(
          std::min<Clock::duration>(left, order_.interval)));
      samples_.push_back(usage_now());
      const auto process = runtime_.process_id();
      const auto faults = runtime_.faults();
      std::cout << minutes() << tally_.line() << "; " << faults.cuts << " cuts, " << faults.kills
                << " kills; " << line_of(samples_.back()) << "; runtime "
                << (process ? static_cast<int>(resident_megabytes(std::to_string(*process))) : 0)
                << " MB" << std::endl;
      if (!goes_on) return;
    }
  }

  [[nodiscard]] std::string minutes() const {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(Clock::now() - begin_).count();
    const std::string rest = std::to_string(seconds % 60);
    return std::to_string(seconds / 60) + ':' + std::string(2 - rest.size(), '0') + rest + "  ";
  }

  bool verdict() {
    const Usage at_end = usage_at_end();
    const bool is_flat = flat(at_end);
    const bool is_right = tally_.wrong() == 0 && tally_.turns() > 0;
    const auto faults = runtime_.faults();
    std::cout << "at the start " << line_of(at_begin_) << "; at the end " << line_of(at_end)
              << "\nverdict: " << (is_right && is_flat ? "good" : "BAD") << ": " << tally_.wrong()
              << " of " << tally_.turns() << " turns wrong after " << faults.cuts << " cuts and "
              << faults.kills << " kills; " << (is_flat ? "flat" : "NOT FLAT") << " (seed "
              << order_.seed << ')' << std::endl;
    return is_right && is_flat;
  }

  /// The system lists a thread for a moment after it was joined.
  [[nodiscard]] Usage usage_at_end() const {
    const auto deadline = Clock::now() + 60s;
    Usage usage = usage_now();
    while ((usage.threads > at_begin_.threads || usage.descriptors > at_begin_.descriptors) &&
           Clock::now() < deadline) {
      std::this_thread::sleep_for(10ms);
      usage = usage_now();
    }
    return usage;
  }

  /// With all clients closed, this process has no more descriptors and threads than after the first
  /// turn. And from 10 lines on: of memory, the mean of the last fifth of the lines is at most 10 %
  /// and 8 MB more than that of the second fifth; before, allocators and caches warm up.
  [[nodiscard]] bool flat(const Usage& at_end) const {
    if (at_end.descriptors > at_begin_.descriptors || at_end.threads > at_begin_.threads) {
      return false;
    }
    const std::size_t fifth = samples_.size() / 5;
    if (fifth < 2) return true;
    const auto mean = [&](std::size_t from) {
      double sum = 0;
      for (std::size_t i = from; i < from + fifth; ++i) sum += samples_[i].megabytes;
      return sum / static_cast<double>(fifth);
    };
    const double early = mean(fifth), late = mean(samples_.size() - fifth);
    std::cout << "memory, second fifth and last fifth: " << early << " MB, " << late << " MB\n";
    return late <= early * 1.1 + 8;
  }

  const Order order_;
  const std::stop_token stop_;
  const codex::testing::detail::TempDir folder_{"codex-soak-"};
  soak::Runtime runtime_;
  soak::Tally tally_;
  soak::Asked asked_;
  soak::Shape reference_;
  Usage at_begin_;
  std::vector<Usage> samples_;
  Clock::time_point begin_;
};

}  // namespace

int main(int argc, char** argv) try {
  const Order order = order_from(argc, argv);
  const codex::testing::MockProcess model(soak::answer,
                                          {.approval_policy = "on-request", .max_requests = 4});
  const codex::StopOnSignal stop{SIGINT, SIGTERM};
  return Soak(order, model.config(), stop.token()).run() ? 0 : 1;
} catch (const std::invalid_argument& error) {
  std::cerr << error.what()
            << "\nusage: soak [--minutes N | --seconds N] [--transport stdio|unix|ws] [--seed N] "
               "[--threads N] [--every SECONDS]\n";
  return 2;
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
