// codex-scripted-server: a process that a ScriptedServer in another process controls.
//
// usage: codex-scripted-server ADDRESS

#include "testing/scripted/relay_process.hpp"

#include <cstdio>
#include <cstring>
#include <exception>
#include <string>

#include "testing/scripted/relay.hpp"

namespace {

using codex::testing::detail::RelayCommand;
using codex::testing::detail::RelayHeader;
using codex::testing::detail::RelayProcess;

int number(const std::string& bytes) {
  int value = 0;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

void obey(RelayProcess& process) {
  bool ignores_shutdown = false;
  RelayHeader header{};
  while (process.receive(&header, sizeof header)) {
    std::string bytes(header.size, '\0');
    if (!process.receive(bytes.data(), bytes.size())) break;
    switch (header.command) {
      case RelayCommand::write_stdout:
        if (!process.write_stdout(bytes) && !ignores_shutdown) process.leave(1);
        break;
      case RelayCommand::write_stderr:
        process.write_stderr(bytes);
        break;
      case RelayCommand::close_stdout:
        process.close_stdout();
        break;
      case RelayCommand::close_stdin:
        process.close_stdin();
        break;
      case RelayCommand::ignore_shutdown:
        ignores_shutdown = true;
        process.ignore_shutdown();
        break;
      case RelayCommand::exit:
        process.leave(number(bytes));
        break;
      case RelayCommand::die:
        process.die(number(bytes));
        break;
    }
  }
  if (ignores_shutdown) process.wait_for_force();
  process.leave(0);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: codex-scripted-server ADDRESS, as a ScriptedServer starts it\n", stderr);
    return 2;
  }
  try {
    const auto process = RelayProcess::connect(argv[1]);
    if (process) obey(*process);
    std::fprintf(stderr, "codex-scripted-server: its ScriptedServer is gone: %s\n", argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "codex-scripted-server: %s\n", error.what());
  }
  return 1;
}
