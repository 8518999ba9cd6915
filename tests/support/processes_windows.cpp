#include <windows.h>

#include <stdexcept>
#include <tlhelp32.h>

#include "os/handle_windows.hpp"
#include "support/processes.hpp"
#include "transport/child_windows.hpp"

namespace codex::testing {

using codex::detail::Handle;

struct ProcessWatch::Impl {
  Handle process;
};

ProcessWatch::ProcessWatch(std::int64_t process)
    : impl_(new Impl{Handle(::OpenProcess(SYNCHRONIZE, FALSE, static_cast<DWORD>(process)))}) {
  if (!impl_->process.is_open()) throw std::runtime_error("there is no such process");
}

ProcessWatch::~ProcessWatch() = default;
ProcessWatch::ProcessWatch(ProcessWatch&&) noexcept = default;
ProcessWatch& ProcessWatch::operator=(ProcessWatch&&) noexcept = default;

bool ProcessWatch::ends_by(codex::detail::TimePoint deadline) const {
  const DWORD left = codex::detail::milliseconds_until(deadline);
  return ::WaitForSingleObject(impl_->process.get(), left) == WAIT_OBJECT_0;
}

std::set<int> children_of(std::int64_t parent) {
  const Handle all(::CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0));
  PROCESSENTRY32W entry{};
  entry.dwSize = sizeof entry;
  std::set<int> out;
  for (BOOL is_one = ::Process32FirstW(all.get(), &entry); is_one != 0;
       is_one = ::Process32NextW(all.get(), &entry)) {
    if (entry.th32ParentProcessID == static_cast<DWORD>(parent)) {
      out.insert(static_cast<int>(entry.th32ProcessID));
    }
  }
  return out;
}

bool has_no_children() { return children_of(::GetCurrentProcessId()).empty(); }

bool has_wines_console() {
  return ::GetProcAddress(::GetModuleHandleW(L"ntdll.dll"), "wine_get_version") != nullptr;
}

std::ptrdiff_t open_descriptors() {
  DWORD count = 0;
  ::GetProcessHandleCount(::GetCurrentProcess(), &count);
  return static_cast<std::ptrdiff_t>(count);
}

std::ptrdiff_t running_threads() {
  const Handle all(::CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0));
  THREADENTRY32 entry{};
  entry.dwSize = sizeof entry;
  std::ptrdiff_t count = 0;
  for (BOOL is_one = ::Thread32First(all.get(), &entry); is_one != 0;
       is_one = ::Thread32Next(all.get(), &entry)) {
    if (entry.th32OwnerProcessID == ::GetCurrentProcessId()) ++count;
  }
  return count;
}

}  // namespace codex::testing
