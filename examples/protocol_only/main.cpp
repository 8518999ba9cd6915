// Only the protocol's types, without the client: reads a recording of the traffic between a client
// and the runtime (`CodexConfig::wire_log` writes such files) and prints every command that ran,
// and its exit code.

#include <exception>
#include <fstream>
#include <iostream>
#include <string>

#include <codex/protocol.hpp>

namespace protocol = codex::protocol;

int main(int argc, char** argv) {
  std::ifstream recording(argc == 2 ? argv[1] : "");
  if (!recording) {
    std::cerr << "usage: protocol_only RECORDING\n";
    return 2;
  }
  try {
    for (std::string line; std::getline(recording, line);) {
      const auto entry = codex::Json::parse(line);
      const auto& message = entry.at("msg");
      if (entry.at("dir") != "recv" || !message.contains("method")) continue;

      const auto notification = message.get<protocol::ServerNotification>();
      const auto* completed = notification.as<protocol::notifications::ItemCompleted>();
      if (!completed) continue;

      const auto* command = completed->item.as<protocol::CommandExecutionThreadItem>();
      if (command && command->exit_code) {
        // As JSON in ASCII, so that no command controls the terminal.
        const std::string quoted = codex::Json(command->command).dump(-1, ' ', true);
        std::cout << *command->exit_code << '\t' << quoted << '\n';
      }
    }
  } catch (const std::exception& error) {
    std::cerr << "protocol_only: " << error.what() << '\n';
    return 1;
  }
}
