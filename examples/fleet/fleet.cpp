// Agents on many machines, with a queue in NATS JetStream: README.md says how to use it.
//
// job.hpp has the data, queue.hpp what NATS does with it, lease.hpp who has a job, agent.hpp one
// job in one runtime, worker.hpp the whole of `fleet work`, and watch.hpp what `fleet watch` shows.

#include <array>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include <cxxopts.hpp>

#include <codex/printable.hpp>
#include <codex/stop_on_signal.hpp>

#include "queue.hpp"
#include "support/model.hpp"
#include "watch.hpp"
#include "worker.hpp"

namespace {

class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

cxxopts::Options options_of(const std::string& command, const std::string& text) {
  const char* server = std::getenv("NATS_URL");
  cxxopts::Options options("fleet " + command, text);
  options.add_options()("server", "The address of the NATS server",
                        cxxopts::value<std::string>()->default_value(
                            server != nullptr ? server : "nats://127.0.0.1:4222"),
                        "URL")("h,help", "Show this");
  return options;
}

/// Nothing if it printed the requested help.
std::optional<cxxopts::ParseResult> parse(cxxopts::Options& options, int argc, char** argv) try {
  auto words = options.parse(argc, argv);
  if (words.count("help") == 0) return words;
  std::cout << options.help();
  return std::nullopt;
} catch (const std::exception& error) {  // of cxxopts, whose versions name it differently
  throw UsageError(error.what() + std::string("\n") + options.program() + " --help tells more");
}

fleet::Queue queue_of(const cxxopts::ParseResult& words) {
  return fleet::Queue(words["server"].as<std::string>());
}

std::int64_t number(const cxxopts::ParseResult& words, const std::string& name) {
  const auto value = words[name].as<std::int64_t>();
  if (value < 1 || value > 1'000'000'000) throw UsageError("--" + name + " begins at 1");
  return value;
}

std::optional<std::int64_t> number_if_any(const cxxopts::ParseResult& words,
                                          const std::string& name) {
  if (words.count(name) == 0) return std::nullopt;
  return number(words, name);
}

void refuse_operands(const cxxopts::ParseResult& words) {
  if (!words.unmatched().empty()) {
    throw UsageError("do not know what to do with " + words.unmatched().front());
  }
}

std::string new_prefix() {
  std::random_device random;
  return "job-" + std::to_string(random() % 1'000'000);
}

int submit(int argc, char** argv) {
  auto options = options_of("submit", "Puts a job for each prompt into the queue, and prints ids.");
  options.add_options()("repository", "Where the agents work, on every machine",
                        cxxopts::value<std::string>()->default_value("."), "FOLDER")(
      "tokens", "What each job may use", cxxopts::value<std::int64_t>(), "N")(
      "seconds", "How long each turn may take", cxxopts::value<std::int64_t>(), "N")(
      "id", "The ids are PREFIX-1, PREFIX-2...; one that is queued already stays",
      cxxopts::value<std::string>(), "PREFIX");
  options.custom_help("[OPTION...] PROMPT...");
  const auto words = parse(options, argc, argv);
  if (!words) return 0;
  if (words->unmatched().empty()) throw UsageError("submit needs a prompt");
  const std::string prefix =
      words->count("id") > 0 ? (*words)["id"].as<std::string>() : new_prefix();
  fleet::Job job{.id = "",
                 .prompt = "",
                 .repository = std::filesystem::absolute((*words)["repository"].as<std::string>())
                                   .lexically_normal()
                                   .string(),
                 .tokens = number_if_any(*words, "tokens"),
                 .seconds = number_if_any(*words, "seconds")};
  fleet::Queue queue = queue_of(*words);
  int count = 0;
  for (const auto& prompt : words->unmatched()) {
    job.id = prefix + '-' + std::to_string(++count);
    job.prompt = prompt;
    if (!fleet::is_id(job.id)) throw UsageError("--id takes letters, digits, - and _");
    std::cout << job.id << (queue.submit(job) ? "" : " is in the queue already") << '\n';
  }
  return 0;
}

int work(int argc, char** argv) {
  const example::Model model(argc, argv);
  auto options = options_of(
      "work", "Takes jobs from the queue until Ctrl-C, which gives back the ones that run.");
  options.add_options()("live", "Your own codex login, not the stand-in model")(
      "at-once", "How many jobs, each in a runtime of its own",
      cxxopts::value<std::int64_t>()->default_value("1"), "N")(
      "lease", "After how much silence of a worker the next one gets its job; one for all workers",
      cxxopts::value<std::int64_t>()->default_value("30"),
      "SECONDS")("attempts", "How many workers may try a job before it is given up",
                 cxxopts::value<std::int64_t>()->default_value("5"), "N");
  const auto words = parse(options, argc, argv);
  if (!words) return 0;
  refuse_operands(*words);
  const fleet::WorkerOptions wanted{
      .at_once = static_cast<std::size_t>(number(*words, "at-once")),
      .lease = std::chrono::seconds(number(*words, "lease")),
      .attempts = static_cast<std::uint64_t>(number(*words, "attempts"))};
  const codex::StopOnSignal stop{SIGINT, SIGTERM};
  fleet::Queue queue = queue_of(*words);
  fleet::Worker(queue, model.config(), wanted, stop.token()).run();
  return stop.signal() == 0 ? 0 : 128 + stop.signal();
}

int watch(int argc, char** argv) {
  auto options = options_of("watch", R"(Shows jobs as they run, until all have a result.

Exit code: 0 if all jobs are done, 1 if one is not.
)");
  options.add_options()("jobs", "How many there will be at least",
                        cxxopts::value<std::int64_t>()->default_value("1"), "N");
  const auto words = parse(options, argc, argv);
  if (!words) return 0;
  refuse_operands(*words);
  const codex::StopOnSignal stop{SIGINT, SIGTERM};
  fleet::Watch watch(std::cout, static_cast<std::size_t>(number(*words, "jobs")),
                     isatty(STDOUT_FILENO) == 1);
  queue_of(*words).follow(">", [&](const fleet::Logged& message) {
    return !stop.token().stop_requested() && watch.see(message);
  });
  if (stop.signal() != 0) return 128 + stop.signal();
  return watch.all_are_done() ? 0 : 1;
}

int results(int argc, char** argv) {
  auto options = options_of("results", "Prints what there is, one JSON object per line.");
  options.add_options()("dead", "The messages that were no jobs, and why");
  const auto words = parse(options, argc, argv);
  if (!words) return 0;
  refuse_operands(*words);
  const std::string below = words->count("dead") > 0 ? "dead.*" : "result.*";
  fleet::Queue queue = queue_of(*words);
  const auto last = queue.last_of(below);
  if (last == 0) return 0;
  queue.follow(below, [last](const fleet::Logged& message) {
    if (!message.subject.empty()) std::cout << message.text << '\n';
    return message.sequence < last;
  });
  return 0;
}

struct Command {
  std::string_view name;
  int (*run)(int argc, char** argv);
};

constexpr std::array commands{Command{"submit", submit}, Command{"work", work},
                              Command{"watch", watch}, Command{"results", results}};

int run(int argc, char** argv) {
  const std::string_view name = argc > 1 ? argv[1] : "";
  for (const auto& command : commands) {
    if (command.name == name) return command.run(argc - 1, argv + 1);
  }
  throw UsageError("usage: fleet submit|work|watch|results [--help]");
}

}  // namespace

int main(int argc, char** argv) try { return run(argc, argv); } catch (const UsageError& error) {
  std::cerr << codex::printable(error.what()) << '\n';
  return 2;
} catch (const std::exception& error) {
  std::cerr << codex::printable(error.what()) << '\n';
  return 1;
}
