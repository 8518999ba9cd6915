// Several turns at once without async: one client, and one thread of the program for each turn.

#include <future>
#include <iostream>
#include <string>

#include <codex/codex.hpp>

#include "support/model.hpp"

int main(int argc, char** argv) try {
  const example::Model model(argc, argv);
  codex::Codex codex(model.config());

  const auto ask = [&codex](const std::string& question) {
    return std::async(std::launch::async, [&codex, question] {
      return codex::printable(codex.thread_start().run(question).final_response.value_or("(none)"));
    });
  };
  auto waves = ask("What is a wave?");
  auto tides = ask("What is a tide?");
  const auto models = codex.models();  // answered while the turns run

  std::cout << "Models: " << models.data.size() << '\n'
            << "Waves:  " << waves.get() << '\n'
            << "Tides:  " << tides.get() << '\n';
} catch (const codex::CodexError& error) {
  std::cerr << codex::printable(error.what()) << '\n';
  return 1;
}
