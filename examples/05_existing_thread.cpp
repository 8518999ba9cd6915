// A thread outlives the program: another runtime finds it, and continues it.

#include <iostream>
#include <string>

#include <codex/codex.hpp>

#include "support/model.hpp"

namespace {

std::string begin_thread(const codex::CodexConfig& config) {
  codex::Codex codex(config);
  auto thread = codex.thread_start();
  std::cout << "Begun:   "
            << codex::printable(thread.run("Tell me one fact about Saturn.").final_response.value())
            << '\n';
  return thread.id();
}

}  // namespace

int main(int argc, char** argv) try {
  const example::Model model(argc, argv);
  const std::string thread_id = begin_thread(model.config());

  codex::Codex codex(model.config());
  for (const auto& stored : codex.threads({.limit = 20})) {
    if (stored.id == thread_id)
      std::cout << "Found:   " << codex::printable_line(stored.preview) << '\n';
  }
  auto thread = codex.thread_resume(thread_id);
  std::cout << "Resumed: "
            << codex::printable(thread.run("And one about its moons.").final_response.value())
            << '\n';
} catch (const codex::CodexError& error) {
  std::cerr << codex::printable(error.what()) << '\n';
  return 1;
}
