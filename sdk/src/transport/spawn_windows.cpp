#include "transport/spawn_windows.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include <codex/errors.hpp>

#include "os/environment_variable.hpp"
#include "os/utf8_path.hpp"
#include "os/wide_windows.hpp"
#include "runtime/child_environment.hpp"
#include "text/ascii.hpp"
#include "transport/command_line_windows.hpp"
#include "transport/open_pipe_windows.hpp"

namespace codex::detail {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_command_line = 32766;

std::string reason(DWORD error) { return std::system_category().message(static_cast<int>(error)); }

[[noreturn]] void throw_system(std::string_view what) {
  const DWORD error = ::GetLastError();
  throw CodexError("Cannot start the Codex runtime: " + std::string(what) + ": " + reason(error));
}

// The merged environment: `NAME=value` each, sorted by the names, with a zero after each and after
// all. Entries like "=C:=C:\work" are cmd.exe's.
std::wstring environment_block(const EnvironmentChange& change) {
  std::vector<std::wstring> variables;
  wchar_t* const inherited = ::GetEnvironmentStringsW();
  for (const wchar_t* entry = inherited; entry != nullptr && *entry != L'\0';) {
    const std::wstring_view variable = entry;
    const std::size_t end = variable.find(L'=', 1);
    if (change.inherits(narrow(variable.substr(0, end)))) variables.emplace_back(variable);
    entry += variable.size() + 1;
  }
  if (inherited != nullptr) ::FreeEnvironmentStringsW(inherited);
  for (const auto& [name, value] : change.set) {
    variables.push_back(wide(name.c_str()) + L"=" + wide(value.c_str()));
  }
  std::ranges::sort(variables, [](const std::wstring& one, const std::wstring& other) {
    const auto name_size = [](const std::wstring& variable) {
      return static_cast<int>(std::min(variable.find(L'=', 1), variable.size()));
    };
    return ::CompareStringOrdinal(one.data(), name_size(one), other.data(), name_size(other),
                                  TRUE) == CSTR_LESS_THAN;
  });
  std::wstring block;
  for (const std::wstring& variable : variables) block.append(variable).append(1, L'\0');
  block.append(1, L'\0');
  return block;
}

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

fs::path find_in_path(const std::string& name, std::string_view path) {
  const fs::path file = path_from_utf8(name);
  while (!path.empty()) {
    const std::string_view entry = path.substr(0, path.find(';'));
    fs::path candidate = path_from_utf8(entry) / file;
    if (!candidate.has_extension()) candidate += L".exe";
    if (!entry.empty() && is_file(candidate)) return fs::absolute(candidate);
    path.remove_prefix(std::min(entry.size() + 1, path.size()));
  }
  throw RuntimeNotFoundError("Codex runtime not found: no program " + name + " in PATH");
}

fs::path program_path(const std::vector<std::string>& argv, const EnvironmentChange& environment) {
  if (argv.empty() || argv.front().empty()) {
    throw RuntimeNotFoundError("Codex runtime not found: the command to start it is empty");
  }
  const std::string& program = argv.front();
  if (program.find_first_of("/\\:") == std::string::npos) {
    return find_in_path(program, environment.search_path());
  }
  fs::path path = fs::absolute(path_from_utf8(program));
  if (!path.has_extension() && !is_file(path)) path += L".exe";
  return path.make_preferred();
}

// CreateProcess would run such a file by cmd.exe, whose rules for quotes no argument survives.
void refuse_script(const fs::path& program) {
  // Windows drops blanks and dots at the end of a name.
  std::string name = ascii_lower(utf8_from_path(program.filename()));
  name.erase(name.find_last_not_of(". ") + 1);
  if (!name.ends_with(".bat") && !name.ends_with(".cmd")) return;
  throw RuntimeNotFoundError("Cannot start the Codex runtime " + utf8_from_path(program) +
                             ": it is a script of cmd.exe. Name the program itself, codex.exe.");
}

[[noreturn]] void throw_start_failure(const fs::path& program, const ProcessOptions& options) {
  const DWORD error = ::GetLastError();
  const std::string name = utf8_from_path(program);
  if (error == ERROR_DIRECTORY) {
    throw CodexError("Cannot start the Codex runtime: its working directory " +
                     options.cwd.value_or("") + ": " + reason(error) +
                     ". Set CodexConfig.cwd to a directory that exists.");
  }
  if (error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND) {
    throw RuntimeNotFoundError("Codex runtime not found at " + name);
  }
  if (error == ERROR_ACCESS_DENIED) {
    throw RuntimeNotFoundError("Cannot start the Codex runtime " + name +
                               ": it is not an executable file");
  }
  if (error == ERROR_BAD_EXE_FORMAT || error == ERROR_EXE_MACHINE_TYPE_MISMATCH) {
    throw RuntimeNotFoundError("Cannot start the Codex runtime " + name +
                               ": it is no program for this machine");
  }
  throw CodexError("Cannot start the Codex runtime " + name + ": " + reason(error));
}

Handle make_job(bool is_killed_on_close) {
  Handle job(::CreateJobObjectW(nullptr, nullptr));
  if (!job.is_open()) throw_system("no job");
  if (!is_killed_on_close) return job;
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
  limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
  if (::SetInformationJobObject(job.get(), JobObjectExtendedLimitInformation, &limits,
                                sizeof limits) == 0) {
    throw_system("no job");
  }
  return job;
}

/// What the child gets beyond the usual: these handles and no others, and its job from the start.
class Attributes {
 public:
  Attributes(std::vector<HANDLE> handles, HANDLE job) : handles_(std::move(handles)), job_(job) {
    SIZE_T size = 0;
    ::InitializeProcThreadAttributeList(nullptr, 2, 0, &size);
    memory_.resize(size);
    if (::InitializeProcThreadAttributeList(get(), 2, 0, &size) == 0) throw_system("attributes");
    set(PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles_.data(), handles_.size() * sizeof(HANDLE));
    set(PROC_THREAD_ATTRIBUTE_JOB_LIST, &job_, sizeof job_);
  }
  ~Attributes() { ::DeleteProcThreadAttributeList(get()); }
  Attributes(const Attributes&) = delete;
  Attributes(Attributes&&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  Attributes& operator=(Attributes&&) = delete;

  [[nodiscard]] LPPROC_THREAD_ATTRIBUTE_LIST get() noexcept {
    return reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(memory_.data());
  }

 private:
  void set(DWORD_PTR attribute, void* value, SIZE_T size) {
    if (::UpdateProcThreadAttribute(get(), 0, attribute, value, size, nullptr, nullptr) == 0) {
      throw_system("attributes");
    }
  }

  std::vector<HANDLE> handles_;
  HANDLE job_;
  std::vector<std::byte> memory_;
};

struct StandardStreams {
  HANDLE in;
  HANDLE out;
  HANDLE err;
};

struct Plan {
  fs::path program;
  std::wstring command_line;
  std::wstring environment;
  std::optional<fs::path> cwd;
};

Child start(Plan& plan, const StandardStreams& streams, Handle job, DWORD flags,
            const ProcessOptions& options) {
  std::vector<HANDLE> handles = {streams.in, streams.out};
  if (streams.err != streams.out) handles.push_back(streams.err);
  for (HANDLE handle : handles) {
    ::SetHandleInformation(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
  }
  Attributes attributes(handles, job.get());
  STARTUPINFOEXW info{};
  info.StartupInfo.cb = sizeof info;
  info.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
  info.StartupInfo.hStdInput = streams.in;
  info.StartupInfo.hStdOutput = streams.out;
  info.StartupInfo.hStdError = streams.err;
  info.lpAttributeList = attributes.get();
  // A console of its own, without a window: Ctrl-C in the host's console ends the host alone. A
  // process group of its own would do that, too, but commands of the agent would inherit that
  // Ctrl-C is ignored.
  flags |= CREATE_NO_WINDOW | CREATE_UNICODE_ENVIRONMENT | EXTENDED_STARTUPINFO_PRESENT;
  PROCESS_INFORMATION started{};
  if (::CreateProcessW(plan.program.c_str(), plan.command_line.data(), nullptr, nullptr, TRUE,
                       flags, plan.environment.data(), plan.cwd ? plan.cwd->c_str() : nullptr,
                       &info.StartupInfo, &started) == 0) {
    throw_start_failure(plan.program, options);
  }
  ::CloseHandle(started.hThread);
  return {Handle(started.hProcess), std::move(job), started.dwProcessId};
}

Spawned spawn_child(Plan& plan, const ProcessOptions& options) {
  Pipe in = open_pipe(PIPE_ACCESS_OUTBOUND);
  Pipe out = open_pipe(PIPE_ACCESS_INBOUND);
  Pipe err = open_pipe(PIPE_ACCESS_INBOUND);
  const StandardStreams streams{
      .in = in.theirs.get(), .out = out.theirs.get(), .err = err.theirs.get()};
  return {.child = start(plan, streams, make_job(true), 0, options),
          .to_stdin = std::move(in.ours),
          .from_stdout = std::move(out.ours),
          .from_stderr = std::move(err.ours)};
}

/// Opened to append. A link at that place is not followed.
Handle open_log(const fs::path& path) {
  Handle log(::CreateFileW(path.c_str(), FILE_APPEND_DATA | SYNCHRONIZE,
                           FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                           OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT,
                           nullptr));
  if (!log.is_open()) throw_system(utf8_from_path(path));
  BY_HANDLE_FILE_INFORMATION file{};
  if (::GetFileInformationByHandle(log.get(), &file) == 0) throw_system(utf8_from_path(path));
  if ((file.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0) {
    throw CodexError("Cannot start the Codex runtime: " + utf8_from_path(path) + " is a link");
  }
  return log;
}

/// A detached process leaves the job that this process is in, if that lets it. Else it would end
/// with the job, which some hosts close when a program of theirs ends. Where jobs are
/// nested, Windows reports only the innermost.
DWORD leave_our_job() {
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
  if (::QueryInformationJobObject(nullptr, JobObjectExtendedLimitInformation, &limits,
                                  sizeof limits, nullptr) == 0) {
    return 0;
  }
  const DWORD flags = limits.BasicLimitInformation.LimitFlags;
  if ((flags & JOB_OBJECT_LIMIT_BREAKAWAY_OK) != 0) return CREATE_BREAKAWAY_FROM_JOB;
  const bool is_kept = (flags & JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK) == 0;
  if (is_kept && (flags & JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE) != 0) {
    throw CodexError(
        "Cannot start a Codex runtime that outlives this program: this program is in a job that "
        "ends everything in it and lets nothing leave (it lacks JOB_OBJECT_LIMIT_BREAKAWAY_OK). "
        "Leave RuntimeServerOptions::keep_alive out, or start this program elsewhere.");
  }
  return 0;
}

Spawned spawn_detached(Plan& plan, const ProcessOptions& options) {
  const Handle nothing(::CreateFileW(L"NUL", GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE,
                                     nullptr, OPEN_EXISTING, 0, nullptr));
  if (!nothing.is_open()) throw_system("NUL");
  const Handle log = open_log(path_from_utf8(*options.detached_log));
  const StandardStreams streams{.in = nothing.get(), .out = log.get(), .err = log.get()};
  return {.child = start(plan, streams, make_job(false), leave_our_job(), options),
          .to_stdin = {},
          .from_stdout = {},
          .from_stderr = {}};
}

}  // namespace

Spawned spawn(const ProcessOptions& options) {
  const EnvironmentChange environment{.set = options.env, .unset = options.unset_env};
  Plan plan{.program = program_path(options.argv, environment),
            .command_line = command_line(options.argv),
            .environment = environment_block(environment),
            .cwd = options.cwd ? std::optional(path_from_utf8(*options.cwd)) : std::nullopt};
  refuse_script(plan.program);
  if (plan.command_line.size() > max_command_line) {
    throw CodexError("Cannot start the Codex runtime: its command line has " +
                     std::to_string(plan.command_line.size()) + " characters, and Windows takes " +
                     std::to_string(max_command_line));
  }
  return options.detached_log ? spawn_detached(plan, options) : spawn_child(plan, options);
}

}  // namespace codex::detail
