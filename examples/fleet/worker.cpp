#include "worker.hpp"

#include <condition_variable>
#include <iostream>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include "agent.hpp"

namespace fleet {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

std::string host_and_process() {
  std::string host(256, '\0');
  if (gethostname(host.data(), host.size() - 1) != 0) host = "?";
  return host.substr(0, host.find('\0')) + ':' + std::to_string(getpid());
}

/// Throws what says why it is none.
Job read_job(const std::string& text) {
  Job job = codex::Json::parse(text).get<Job>();
  if (!is_id(job.id)) throw std::invalid_argument("the id is not made of letters, digits, - and _");
  return job;
}

void pause(const std::stop_token& stop, std::chrono::milliseconds time) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any().wait_for(lock, stop, time, [] { return false; });
}

/// Passes the latest of many reports on, four times a second.
class Reporter {
 public:
  Reporter(Queue& queue, std::string worker)
      : queue_(queue),
        worker_(std::move(worker)),
        sender_([this](const auto& stop) { send(stop); }) {}

  void set(Progress progress) {
    const std::scoped_lock lock(mutex_);
    progress.worker = worker_;
    latest_ = std::move(progress);
    changed_.notify_all();
  }

 private:
  void send(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [this] { return latest_.has_value(); })) {
      const Progress progress = *std::exchange(latest_, std::nullopt);
      lock.unlock();
      queue_.report(progress);
      pause(stop, 250ms);
      lock.lock();
    }
  }

  Queue& queue_;
  const std::string worker_;
  std::mutex mutex_;  // of the latest
  std::condition_variable_any changed_;
  std::optional<Progress> latest_;
  std::jthread sender_;  // last: it uses the others
};

}  // namespace

Worker::Worker(Queue& queue, codex::CodexConfig config, WorkerOptions options, std::stop_token stop)
    : queue_(queue),
      config_(std::move(config)),
      options_(options),
      stop_(std::move(stop)),
      name_(host_and_process()) {}

void Worker::run() {
  say("takes jobs");
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < options_.at_once; ++i) {
    threads.emplace_back([this] { take_jobs(); });
  }
}

void Worker::take_jobs() {
  Runtime runtime;
  std::optional<Intake> intake;
  while (!stop_.stop_requested()) try {
      if (!intake) intake.emplace(queue_, options_.lease);
      if (const auto taken = intake->take(500ms)) handle(runtime, *taken);
    } catch (const nats::Error& error) {  // what was not acked comes again
      say(error.what());
      intake.reset();
      pause(stop_, 1s);
    }
}

void Worker::handle(Runtime& runtime, const Taken& taken) {
  Job job;
  try {
    job = read_job(taken.text);
  } catch (const std::exception& error) {  // it will not become a job by being sent again
    queue_.bury(taken, error.what());
    nats::check("drop a message", natsMsg_Term(taken.message.get(), nullptr));
    return say(taken.subject + " is no job: " + error.what());
  }
  if (queue_.has_result(job.id)) {  // its worker died before it could say that it is over
    end(taken);
  } else if (taken.attempt > options_.attempts) {
    const std::string reason =
        std::to_string(options_.attempts) + " attempts ended without a result";
    publish(taken, {.job = job.id, .status = "given up", .reason = reason, .worker = ""});
    end(taken);
  } else if (auto claimed = queue_.claim(job.id, taken, name_)) {
    attempt(runtime, taken, job, std::move(*claimed));
  }
}

void Worker::attempt(Runtime& runtime, const Taken& taken, const Job& job, Claimed claimed) {
  std::optional<Lease> lease(std::in_place, queue_, taken, job.id, std::move(claimed),
                             options_.lease);
  std::string why_not;
  try {
    publish(taken, work(runtime, job, *lease));
    lease.reset();
    return end(taken);
  } catch (const codex::CancelledError&) {
    if (lease->lost().stop_requested()) return say(job.id + " is with another worker now");
    why_not = "this worker stops";
  } catch (const codex::CodexError& error) {
    why_not = error.what();
  }
  lease.reset();
  runtime.reset();  // it would keep the thread from the next worker for a minute
  give_back(taken, job, why_not);
}

/// Throws what another attempt may spare the next worker; all else is the job's result.
Result Worker::work(Runtime& runtime, const Job& job, Lease& lease) try {
  std::stop_source stop;
  const auto pass_on = [&stop] { stop.request_stop(); };
  const std::stop_callback stopped(stop_, pass_on);
  const std::stop_callback lost(lease.lost(), pass_on);
  say(job.id + " runs");
  if (!runtime || !runtime->is_open()) runtime.emplace(config_);
  Reporter reporter(queue_, name_);
  const auto report = [&reporter](const Progress& progress) { reporter.set(progress); };
  return Agent(*runtime, job, lease, report).work(stop.get_token());
} catch (const codex::CancelledError&) {
  throw;
} catch (const codex::TransportClosedError&) {
  throw;
} catch (const codex::CodexError& error) {
  if (codex::is_retryable_error(error)) throw;
  return {.job = job.id, .status = "failed", .reason = error.what(), .worker = ""};
}

/// The server may be away for a while. What took an hour is not lost by that.
void Worker::publish(const Taken& taken, Result result) {
  result.worker = name_;
  result.attempt = taken.attempt;
  while (true) try {
      const bool is_first = queue_.finish(result);
      return say(result.job +
                 (is_first ? " is " + result.status : " was answered by another worker"));
    } catch (const nats::Error& error) {
      if (stop_.stop_requested()) throw;
      say(error.what());
      pause(stop_, 1s);
    }
}

void Worker::end(const Taken& taken) {
  nats::check("end a job", natsMsg_AckSync(taken.message.get(), nullptr, nullptr));
}

void Worker::give_back(const Taken& taken, const Job& job, const std::string& reason) {
  const std::int64_t pause = stop_.stop_requested() ? 0 : 2000;
  nats::check("give a job back", natsMsg_NakWithDelay(taken.message.get(), pause, nullptr));
  say(job.id + " is given back: " + reason.substr(0, reason.find('\n')));
}

void Worker::say(const std::string& line) {
  const std::scoped_lock lock(output_);
  std::cout << name_ << ": " << codex::printable_line(line) << std::endl;
}

}  // namespace fleet
