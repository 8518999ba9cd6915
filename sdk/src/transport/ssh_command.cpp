#include "transport/ssh_command.hpp"

#include <algorithm>

#include "text/printable.hpp"

namespace codex::detail {
namespace {

constexpr int ssh_failed = 255;
constexpr int no_such_program = 127;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_-./:=@%+,").find(c) != std::string_view::npos;
}

/// `user@host`, as ssh takes it.
std::string destination(const Endpoint& endpoint) {
  return endpoint.user.empty() ? endpoint.host : endpoint.user + "@" + endpoint.host;
}

std::string ended(const ExitStatus& status) {
  if (status.code) return "ended with exit status " + std::to_string(*status.code);
  if (status.signal) return "was ended by signal " + std::to_string(*status.signal);
  return "closed the connection";
}

}  // namespace

std::string quoted_for_shell(std::string_view word) {
  if (!word.empty() && std::ranges::all_of(word, is_plain)) return std::string(word);
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += R"('\'')";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

std::vector<std::string> ssh_command(const Endpoint& endpoint, const SshPrograms& programs) {
  std::vector<std::string> words = programs.there;
  words.insert(words.end(), {"app-server", "proxy"});
  if (!endpoint.path.empty()) words.insert(words.end(), {"--sock", endpoint.path});
  std::string remote;
  for (const auto& word : words) remote += (remote.empty() ? "" : " ") + quoted_for_shell(word);

  std::vector<std::string> command = programs.here;
  // A terminal would echo and cut the bytes; a question would wait for nobody.
  command.insert(command.end(), {"-T", "-o", "BatchMode=yes"});
  if (!endpoint.port.empty()) command.insert(command.end(), {"-p", endpoint.port});
  command.insert(command.end(), {"--", destination(endpoint), std::move(remote)});
  return command;
}

SshProblem ssh_problem(const Endpoint& endpoint, const SshPrograms& programs,
                       const ExitStatus& status, std::string_view said) {
  const auto says = [&](std::string_view text) {
    return said.find(text) != std::string_view::npos;
  };
  const std::string there = printable(destination(endpoint));
  const std::string by_hand =
      "ssh " + (endpoint.port.empty() ? "" : "-p " + endpoint.port + " ") + there;
  if (status.code == ssh_failed && says("Permission denied")) {
    return {.text =
                "ssh was not let in. It must not ask for a password here: set up a key and an "
                "agent until \"ssh -o BatchMode=yes " +
                by_hand.substr(4) + " true\" works",
            .may_pass = false};
  }
  if (status.code == ssh_failed &&
      (says("Host key verification failed") || says("HOST IDENTIFICATION HAS CHANGED"))) {
    return {.text = "ssh does not know the host's key, or knows another one. Run \"" + by_hand +
                    "\" once, and compare the key that it shows before you accept it",
            .may_pass = false};
  }
  if (status.code == ssh_failed) {
    return {.text = "ssh cannot connect. Check that \"" + by_hand + "\" works"};
  }
  if (status.code == no_such_program) {
    const std::string program = programs.there.empty() ? "codex" : programs.there.front();
    return {.text = "there is no program \"" + printable(program) +
                    "\" on the PATH of ssh's "
                    "commands there. Name it in CodexConfig::remote_codex",
            .may_pass = false};
  }
  if (says("failed to connect to socket")) {
    return {.text =
                "no runtime listens on the socket there. Start one on that host (codex "
                "app-server --listen unix://" +
                printable(endpoint.path) + ")"};
  }
  return {.text = "the command there " + ended(status) +
                  " before a runtime answered. Check "
                  "CodexConfig::remote_codex"};
}

}  // namespace codex::detail
