#include "support/mock_process.hpp"

#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <map>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace codex::testing {
namespace {

/// Serves until the other end of the lifeline is closed. Does not return.
[[noreturn]] void serve(const MockProcess::Answer& answer, const MockModelOptions& options, int out,
                        int lifeline) {
  {
    MockModel mock(options);
    mock.on_request(answer);
    const CodexConfig config = mock.config();
    const std::string text = Json{{"env", config.env}, {"cwd", *config.cwd}}.dump() + "\n";
    if (::write(out, text.data(), text.size()) < 0) std::_Exit(1);
    ::close(out);
    char byte = 0;
    while (::read(lifeline, &byte, 1) > 0) {
    }
  }
  std::_Exit(0);
}

CodexConfig read_config(int in) {
  std::string text;
  for (char byte = 0; ::read(in, &byte, 1) == 1;) text += byte;
  const Json json = Json::parse(text);
  CodexConfig config;
  config.env = json.at("env").get<std::map<std::string, std::string>>();
  config.cwd = json.at("cwd").get<std::string>();
  config.env["HOME"] = *config.cwd;  // no profile of a person prints into commands
  return config;
}

}  // namespace

MockProcess::MockProcess(const Answer& answer, const MockModelOptions& options) {
  std::array<int, 2> configuration{}, lifeline{};
  if (::pipe2(configuration.data(), O_CLOEXEC) != 0 || ::pipe2(lifeline.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error("no pipe for the model");
  }
  process_ = ::fork();
  if (process_ < 0) throw std::runtime_error("no process for the model");
  if (process_ == 0) {
    ::close(lifeline[1]);
    serve(answer, options, configuration[1], lifeline[0]);
  }
  ::close(configuration[1]);
  ::close(lifeline[0]);
  lifeline_ = codex::detail::Descriptor(lifeline[1]);
  const codex::detail::Descriptor in(configuration[0]);
  config_ = read_config(in.get());
}

MockProcess::~MockProcess() { end(); }

void MockProcess::end() {
  if (process_ < 0) return;
  lifeline_.reset();
  ::waitpid(process_, nullptr, 0);
  process_ = -1;
}

}  // namespace codex::testing
