// Text and an image in one message, the image from a file.

#include <filesystem>
#include <iostream>
#include <string>

#include <codex/async.hpp>

#include "support/model.hpp"

namespace {

codex::Task<> run(codex::AsyncCodex& codex, std::string picture) {
  auto thread = co_await codex.thread_start();
  auto ask = thread.run({"What is in this picture? Two bullets.", codex::LocalImageInput{picture}});
  const auto result = co_await ask;
  std::cout << "Status: " << result.status.name() << '\n'
            << "Answer: " << codex::printable(result.final_response.value_or("(none)")) << '\n';
}

}  // namespace

int main(int argc, char** argv) try {
  const example::Model model(argc, argv);
  // The model only gets a note about a missing file, so check it yourself.
  if (argc != 2 || !std::filesystem::exists(argv[1])) {
    std::cerr << "usage: async_08_local_image_and_text PICTURE [--live]\n";
    return 2;
  }
  codex::AsyncCodex codex(model.config());
  codex::sync_wait(run(codex, std::filesystem::absolute(argv[1]).string()));
} catch (const codex::CodexError& error) {
  std::cerr << codex::printable(error.what()) << '\n';
  return 1;
}
