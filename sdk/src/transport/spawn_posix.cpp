#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <pthread.h>
#include <string_view>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <codex/errors.hpp>

#include "transport/platform.hpp"
#include "transport/spawn.hpp"

// NOLINTNEXTLINE(readability-redundant-declaration): macOS has no declaration of it.
extern char** environ;

namespace codex::detail {
namespace {

namespace fs = std::filesystem;

enum class Stage : int { set_up, change_directory, execute };

/// What a child that cannot run its program reports before it ends.
struct SpawnFailure {
  Stage stage;
  int error;
};

std::string reason(int error) { return std::generic_category().message(error); }

[[noreturn]] void throw_system(const char* what) {
  throw CodexError(std::string("Cannot start the Codex runtime: ") + what + ": " + reason(errno));
}

std::string environment_value(const ProcessOptions& options, const std::string& name) {
  if (const auto found = options.env.find(name); found != options.env.end()) return found->second;
  const char* value = std::getenv(name.c_str());
  return value != nullptr ? value : "";
}

// The merged environment, `NAME=value` each.
std::vector<std::string> environment_of(const ProcessOptions& options) {
  std::vector<std::string> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view variable = *entry;
    const std::string name(variable.substr(0, variable.find('=')));
    if (!options.env.contains(name)) variables.emplace_back(variable);
  }
  for (const auto& [name, value] : options.env) {
    variables.emplace_back(name).append("=").append(value);
  }
  return variables;
}

std::string find_in_path(const std::string& name, std::string_view path) {
  while (!path.empty()) {
    const std::string_view folder = path.substr(0, path.find(':'));
    std::string candidate = (fs::path(folder) / name).string();
    if (!folder.empty() && ::access(candidate.c_str(), X_OK) == 0) return candidate;
    path.remove_prefix(std::min(folder.size() + 1, path.size()));
  }
  throw RuntimeNotFoundError("Codex runtime not found: no program " + name + " in PATH");
}

std::string program_path(const ProcessOptions& options) {
  if (options.argv.empty() || options.argv.front().empty()) {
    throw RuntimeNotFoundError("Codex runtime not found: the command to start it is empty");
  }
  const std::string& program = options.argv.front();
  if (program.find('/') == std::string::npos) {
    return find_in_path(program, environment_value(options, "PATH"));
  }
  return fs::absolute(program).string();
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> list;
  list.reserve(strings.size() + 1);
  for (std::string& text : strings) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

// A host program that closed its own standard streams gets descriptors below 3; as they would
// collide with those of the child, they are moved out of the way.
Descriptor above_standard_streams(Descriptor descriptor) {
  if (descriptor.get() > STDERR_FILENO) return descriptor;
  Descriptor moved(::fcntl(descriptor.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (!moved.is_open()) throw_system("fcntl");
  return moved;
}

struct Channel {
  Descriptor first;
  Descriptor second;
};

Channel open_channel(bool (*make)(int (&)[2]) noexcept) {
  int ends[2];
  if (!make(ends)) throw_system("no descriptors left");
  Descriptor first(ends[0]);
  Descriptor second(ends[1]);
  return {.first = above_standard_streams(std::move(first)),
          .second = above_standard_streams(std::move(second))};
}

void make_non_blocking(const Descriptor& descriptor) {
  if (::fcntl(descriptor.get(), F_SETFL, O_NONBLOCK) != 0) throw_system("fcntl");
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
};

[[noreturn]] void report_failure(const ChildPlan& plan, Stage stage) noexcept {
  const SpawnFailure failure{.stage = stage, .error = errno};
  // When even this fails, the parent sees a child that ended at once.
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
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// Runs in the child; async-signal-safe calls only.
[[noreturn]] void run_child(const ChildPlan& plan) noexcept {
  ::setpgid(0, 0);
  if (!die_with_parent(plan.parent)) ::_exit(127);
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
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::fork();
  if (pid == 0) run_child(plan);
  const int error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  if (pid < 0) throw_system("fork");
  ::setpgid(pid, pid);  // the child does the same: whoever comes first
  return pid;
}

void reap(pid_t pid) noexcept {
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

// The pipe closes without a word when exec succeeds.
std::optional<SpawnFailure> read_report(const Descriptor& pipe) {
  SpawnFailure failure{};
  ssize_t count = -1;
  do {
    count = ::read(pipe.get(), &failure, sizeof failure);
  } while (count < 0 && errno == EINTR);
  if (count != sizeof failure) return std::nullopt;
  return failure;
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

[[noreturn]] void throw_failure(const SpawnFailure& failure, const std::string& program,
                                const ProcessOptions& options) {
  switch (failure.stage) {
    case Stage::change_directory:
      throw CodexError("Cannot start the Codex runtime: its working directory " +
                       options.cwd.value_or("") + ": " + reason(failure.error) +
                       ". Set CodexConfig.cwd to a directory that exists.");
    case Stage::execute:
      throw_exec_failure(program, failure.error);
    case Stage::set_up:
      break;
  }
  throw CodexError("Cannot start the Codex runtime " + program + ": " + reason(failure.error));
}

}  // namespace

Spawned spawn(const ProcessOptions& options) {
  const std::string program = program_path(options);
  std::vector<std::string> arguments = options.argv;
  std::vector<std::string> variables = environment_of(options);
  const std::vector<char*> argv = pointers(arguments);
  const std::vector<char*> environment = pointers(variables);

  Channel stdin_channel = open_channel(make_socket_pair);
  Channel stdout_channel = open_channel(make_pipe);
  Channel stderr_channel = open_channel(make_pipe);
  Channel report_channel = open_channel(make_pipe);
  make_non_blocking(stdout_channel.first);
  make_non_blocking(stderr_channel.first);

  const pid_t pid = fork_child({.program = program.c_str(),
                                .argv = argv.data(),
                                .environment = environment.data(),
                                .cwd = options.cwd ? options.cwd->c_str() : nullptr,
                                .stdin_end = stdin_channel.second.get(),
                                .stdout_end = stdout_channel.second.get(),
                                .stderr_end = stderr_channel.second.get(),
                                .report_end = report_channel.second.get(),
                                .parent = ::getpid()});
  report_channel.second.reset();
  if (const auto failure = read_report(report_channel.first)) {
    reap(pid);
    throw_failure(*failure, program, options);
  }
  return {.pid = pid,
          .to_stdin = std::move(stdin_channel.first),
          .from_stdout = std::move(stdout_channel.first),
          .from_stderr = std::move(stderr_channel.first)};
}

}  // namespace codex::detail
