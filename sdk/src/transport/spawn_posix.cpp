#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <pthread.h>
#include <string_view>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <codex/errors.hpp>

#include "os/descriptors.hpp"
#include "os/platform.hpp"
#include "runtime/child_environment.hpp"
#include "transport/spawn.hpp"

// NOLINTNEXTLINE(readability-redundant-declaration): macOS has no declaration of it.
extern char** environ;

namespace codex::detail {
namespace {

namespace fs = std::filesystem;

enum class Stage : int { set_up, change_directory, execute, detached };

/// What a child reports that cannot run its program, before it ends; one that is detached, its
/// number before that.
struct SpawnReport {
  Stage stage;
  int value;  // an errno, or the process id
};

std::string reason(int error) { return std::generic_category().message(error); }

[[noreturn]] void throw_system(const char* what) {
  throw CodexError(std::string("Cannot start the Codex runtime: ") + what + ": " + reason(errno));
}

// The merged environment, `NAME=value` each.
std::vector<std::string> environment_of(const EnvironmentChange& change) {
  std::vector<std::string> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view variable = *entry;
    const std::string name(variable.substr(0, variable.find('=')));
    if (change.inherits(name)) variables.emplace_back(variable);
  }
  for (const auto& [name, value] : change.set) {
    variables.emplace_back(name).append("=").append(value);
  }
  return variables;
}

// The child changes its directory before it runs the program.
std::string absolute(const std::string& path) {
  std::error_code error;
  const fs::path whole = fs::absolute(path, error);
  if (!error) return whole.string();
  throw RuntimeNotFoundError("Codex runtime not found at " + path +
                             ": the current directory of this process does not exist any more. "
                             "Use an absolute path.");
}

bool is_program(const std::string& path) {
  std::error_code ignored;
  return ::access(path.c_str(), X_OK) == 0 && fs::is_regular_file(path, ignored);
}

std::string find_in_path(const std::string& name, std::string_view path) {
  while (!path.empty()) {
    const std::string_view folder = path.substr(0, path.find(':'));
    const std::string candidate = (fs::path(folder) / name).string();
    if (!folder.empty() && is_program(candidate)) return absolute(candidate);
    path.remove_prefix(std::min(folder.size() + 1, path.size()));
  }
  throw RuntimeNotFoundError("Codex runtime not found: no program " + name + " in PATH");
}

std::string program_path(const std::vector<std::string>& argv,
                         const EnvironmentChange& environment) {
  if (argv.empty() || argv.front().empty()) {
    throw RuntimeNotFoundError("Codex runtime not found: the command to start it is empty");
  }
  const std::string& program = argv.front();
  if (program.find('/') != std::string::npos) return absolute(program);
  return find_in_path(program, environment.search_path());
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> list;
  list.reserve(strings.size() + 1);
  for (std::string& text : strings) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

struct Pipe {
  Descriptor reader;
  Descriptor writer;
};

Pipe open_pipe() {
  int ends[2];
  if (!make_pipe(ends)) throw_system("no descriptors left");
  return {.reader = Descriptor(ends[0]), .writer = Descriptor(ends[1])};
}

void make_non_blocking(int descriptor) {
  if (::fcntl(descriptor, F_SETFL, O_NONBLOCK) != 0) throw_system("fcntl");
}

/// Everything that the child needs, prepared before the fork: after it, no memory may be allocated.
struct ChildPlan {
  const char* program;
  char* const* argv;
  char* const* environment;
  const char* cwd;  // or null
  int stdin_end;
  int stdout_end;
  int stderr_end;
  int report_end;
  pid_t parent;
  const Lifeline* lifeline;  // to the parent; or null
};

[[noreturn]] void report_failure(const ChildPlan& plan, Stage stage) noexcept {
  const SpawnReport failure{.stage = stage, .value = errno};
  // If even this fails, the parent sees a child that exited at once.
  if (::write(plan.report_end, &failure, sizeof failure) < 0) ::_exit(126);
  ::_exit(127);
}

// The host program's handlers must not run here, and a runtime must not inherit an ignored SIGPIPE.
void reset_signals() noexcept {
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction action {};
    if (::sigaction(signal, nullptr, &action) != 0) continue;
    if (action.sa_handler == SIG_IGN && signal != SIGPIPE) continue;
    if (action.sa_handler == SIG_DFL) continue;
    struct sigaction default_action {};
    default_action.sa_handler = SIG_DFL;
    ::sigaction(signal, &default_action, nullptr);
  }
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// A session of its own, without a terminal, and no parent here that would have to reap it.
void detach(const ChildPlan& plan) noexcept {
  ::setsid();
  const pid_t pid = ::fork();
  if (pid < 0) report_failure(plan, Stage::set_up);
  if (pid > 0) ::_exit(0);
  ::setpgid(0, 0);
  const SpawnReport report{.stage = Stage::detached, .value = ::getpid()};
  if (::write(plan.report_end, &report, sizeof report) < 0) ::_exit(126);
}

// Runs in the child; async-signal-safe calls only.
[[noreturn]] void run_child(const ChildPlan& plan) noexcept {
  if (plan.lifeline == nullptr) {
    detach(plan);
  } else {
    ::setpgid(0, 0);
    if (!plan.lifeline->tie(plan.parent)) ::_exit(127);
  }
  reset_signals();
  const bool redirected = ::dup2(plan.stdin_end, STDIN_FILENO) >= 0 &&
                          ::dup2(plan.stdout_end, STDOUT_FILENO) >= 0 &&
                          ::dup2(plan.stderr_end, STDERR_FILENO) >= 0;
  if (!redirected) report_failure(plan, Stage::set_up);
  if (plan.cwd != nullptr && ::chdir(plan.cwd) != 0) {
    report_failure(plan, Stage::change_directory);
  }
  close_others_on_exec();
  ::execve(plan.program, plan.argv, plan.environment);
  report_failure(plan, Stage::execute);
}

// Forks with all signals blocked, so that no handler of the host program runs in the child.
pid_t fork_child(const ChildPlan& plan) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::fork();
  if (pid == 0) run_child(plan);
  const int error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  if (pid < 0) throw_system("fork");
  // The child does the same: the first one counts.
  if (plan.lifeline != nullptr) ::setpgid(pid, pid);
  return pid;
}

void reap(pid_t pid) noexcept {
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

// The pipe closes without data if exec succeeds.
std::optional<SpawnReport> read_report(const Descriptor& pipe) {
  SpawnReport report{};
  ssize_t count = -1;
  do {
    count = ::read(pipe.get(), &report, sizeof report);
  } while (count < 0 && errno == EINTR);
  if (count != sizeof report) return std::nullopt;
  return report;
}

[[noreturn]] void throw_exec_failure(const std::string& program, int error) {
  const bool exists = ::access(program.c_str(), F_OK) == 0;
  if (error == ENOENT && exists) {
    throw RuntimeNotFoundError("Cannot start the Codex runtime " + program +
                               ": the interpreter or loader that it names does not exist");
  }
  if (error == ENOENT || error == ENOTDIR) {
    throw RuntimeNotFoundError("Codex runtime not found at " + program);
  }
  if (error == EACCES) {
    throw RuntimeNotFoundError("Cannot start the Codex runtime " + program +
                               ": it is not an executable file");
  }
  if (error == ENOEXEC) {
    throw RuntimeNotFoundError("Cannot start the Codex runtime " + program +
                               ": it is no program for this machine");
  }
  throw CodexError("Cannot start the Codex runtime " + program + ": " + reason(error));
}

[[noreturn]] void throw_failure(const SpawnReport& failure, const std::string& program,
                                const ProcessOptions& options) {
  switch (failure.stage) {
    case Stage::change_directory:
      throw CodexError("Cannot start the Codex runtime: its working directory " +
                       options.cwd.value_or("") + ": " + reason(failure.value) +
                       ". Set CodexConfig.cwd to a directory that exists.");
    case Stage::execute:
      throw_exec_failure(program, failure.value);
    case Stage::set_up:
    case Stage::detached:
      break;
  }
  throw CodexError("Cannot start the Codex runtime " + program + ": " + reason(failure.value));
}

/// With pipes to it; it ends with this thread.
Spawned spawn_child(const std::string& program, ChildPlan plan, const ProcessOptions& options) {
  Lifeline lifeline = Lifeline::open();
  Pipe stdin_pipe = open_pipe();
  UnsharedDescriptor to_stdin(std::move(stdin_pipe.writer));
  Pipe stdout_pipe = open_pipe();
  Pipe stderr_pipe = open_pipe();
  Pipe report_pipe = open_pipe();
  for (const int ours : {to_stdin.get(), stdout_pipe.reader.get(), stderr_pipe.reader.get()}) {
    make_non_blocking(ours);
  }
  silence_sigpipe(to_stdin.get());

  plan.stdin_end = stdin_pipe.reader.get();
  plan.stdout_end = stdout_pipe.writer.get();
  plan.stderr_end = stderr_pipe.writer.get();
  plan.report_end = report_pipe.writer.get();
  plan.lifeline = &lifeline;
  const pid_t pid = fork_child(plan);
  report_pipe.writer.reset();
  if (const auto failure = read_report(report_pipe.reader)) {
    reap(pid);
    throw_failure(*failure, program, options);
  }
  return {.pid = pid,
          .lifeline = std::move(lifeline),
          .to_stdin = std::move(to_stdin),
          .from_stdout = std::move(stdout_pipe.reader),
          .from_stderr = std::move(stderr_pipe.reader)};
}

Descriptor open_file(const char* path, int flags) {
  const int opened = above_standard_streams(::open(path, flags | O_CLOEXEC, 0600));
  if (opened < 0) throw_system(path);
  return Descriptor(opened);
}

/// Waits until its program runs.
Spawned spawn_detached(const std::string& program, ChildPlan plan, const ProcessOptions& options) {
  const Descriptor nothing = open_file("/dev/null", O_RDONLY);
  const Descriptor log =
      open_file(options.detached_log->c_str(), O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW);
  Pipe report_pipe = open_pipe();
  plan.stdin_end = nothing.get();
  plan.stdout_end = plan.stderr_end = log.get();
  plan.report_end = report_pipe.writer.get();
  const pid_t first = fork_child(plan);
  report_pipe.writer.reset();
  pid_t pid = -1;
  std::optional<SpawnReport> failure;
  while (const auto report = read_report(report_pipe.reader)) {
    if (report->stage == Stage::detached) {
      pid = report->value;
    } else {
      failure = report;
    }
  }
  reap(first);
  if (failure) throw_failure(*failure, program, options);
  if (pid < 0) throw CodexError("Cannot start the Codex runtime: it ended at once");
  return {.pid = pid, .lifeline = {}, .to_stdin = {}, .from_stdout = {}, .from_stderr = {}};
}

}  // namespace

Spawned spawn(const ProcessOptions& options) {
  const EnvironmentChange environment_change{.set = options.env, .unset = options.unset_env};
  const std::string program = program_path(options.argv, environment_change);
  std::vector<std::string> arguments = options.argv;
  std::vector<std::string> variables = environment_of(environment_change);
  const std::vector<char*> argv = pointers(arguments);
  const std::vector<char*> environment = pointers(variables);

  const ChildPlan plan{.program = program.c_str(),
                       .argv = argv.data(),
                       .environment = environment.data(),
                       .cwd = options.cwd ? options.cwd->c_str() : nullptr,
                       .stdin_end = -1,
                       .stdout_end = -1,
                       .stderr_end = -1,
                       .report_end = -1,
                       .parent = ::getpid(),
                       .lifeline = nullptr};
  if (options.detached_log) return spawn_detached(program, plan, options);
  return spawn_child(program, plan, options);
}

}  // namespace codex::detail
