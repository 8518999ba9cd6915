#include "mock_process.hpp"

#include <cstdlib>
#include <map>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include <codex/testing.hpp>

namespace codex::benchmarks {
namespace {

/// Serves the model until the other end of `lifeline` is closed. Does not return.
[[noreturn]] void serve(int out, int lifeline, int deltas) {
  {
    testing::MockModel mock;
    mock.on_request([deltas](const testing::ModelRequest&) {
      return testing::Reply{}.deltas(std::vector<std::string>(deltas, "word "));
    });
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
  char byte = 0;
  while (::read(in, &byte, 1) == 1) text += byte;
  const Json json = Json::parse(text);
  CodexConfig config;
  config.env = json.at("env").get<std::map<std::string, std::string>>();
  config.cwd = json.at("cwd").get<std::string>();
  return config;
}

std::pair<int, int> make_pipe() {
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
  return {ends[0], ends[1]};
}

}  // namespace

MockProcess::MockProcess(int deltas) {
  const auto [configuration, configures] = make_pipe();
  const auto [lifeline, holds_alive] = make_pipe();
  process_ = ::fork();
  if (process_ == 0) {
    ::close(holds_alive);
    serve(configures, lifeline, deltas);
  }
  ::close(configures);
  ::close(lifeline);
  lifeline_ = holds_alive;
  config_ = read_config(configuration);
  ::close(configuration);
}

MockProcess::~MockProcess() { end(); }

void MockProcess::end() {
  if (process_ < 0) return;
  ::close(lifeline_);
  ::waitpid(process_, nullptr, 0);
  process_ = -1;
}

}  // namespace codex::benchmarks
