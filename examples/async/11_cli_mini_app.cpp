// A chat on the terminal: answers appear as they are written, with their status and token usage.

#include <iostream>
#include <string>

#include <codex/async.hpp>

#include "support/model.hpp"

namespace {

namespace events = codex::protocol::notifications;

bool read_line(std::string& line) {
  std::cout << "you> " << std::flush;
  return std::getline(std::cin, line) && line != "/exit";
}

codex::Task<> answer(const codex::AsyncThread& thread, const std::string& line) {
  auto turn = co_await thread.turn(line);
  std::cout << "assistant> ";
  auto stream = turn.stream();
  while (const auto event = co_await stream.next()) {
    if (const auto delta = event->as<events::ItemAgentMessageDelta>()) {
      std::cout << codex::printable(delta->delta) << std::flush;
    }
  }
  const auto result = co_await turn.run();
  std::cout << "\nassistant.status> " << result.status.name() << '\n';
  if (result.usage) {
    std::cout << "usage> last " << result.usage->last.total_tokens << ", total "
              << result.usage->total.total_tokens << '\n';
  }
}

codex::Task<> run(codex::AsyncCodex& codex) {
  const auto thread = co_await codex.thread_start();
  std::cout << "A chat with Codex. /exit ends it.\n";
  for (std::string line; read_line(line);) {
    if (line.empty()) continue;
    try {
      co_await answer(thread, line);
    } catch (const codex::TurnFailedError& error) {
      std::cout << "\nassistant.status> failed: " << codex::printable(error.what()) << '\n';
    }
  }
  std::cout << '\n';
}

}  // namespace

int main(int argc, char** argv) try {
  const example::Model model(argc, argv);
  codex::AsyncCodex codex(model.config());
  codex::sync_wait(run(codex));
} catch (const codex::CodexError& error) {
  std::cerr << codex::printable(error.what()) << '\n';
  return 1;
}
