// Text and an image in one message, the image from a file.

#include <filesystem>
#include <iostream>

#include <codex/codex.hpp>

#include "support/model.hpp"

int main(int argc, char** argv) try {
  const example::Model model(argc, argv);
  // The model only gets a note about a missing file, so check it yourself.
  if (argc != 2 || !std::filesystem::exists(argv[1])) {
    std::cerr << "usage: 08_local_image_and_text PICTURE [--live]\n";
    return 2;
  }
  codex::Codex codex(model.config());

  const auto result = codex.thread_start().run(
      {"What is in this picture? Two bullets.",
       codex::LocalImageInput{std::filesystem::absolute(argv[1]).string()}});
  std::cout << "Status: " << result.status.name() << '\n'
            << "Answer: " << codex::printable(result.final_response.value_or("(none)")) << '\n';
} catch (const codex::CodexError& error) {
  std::cerr << codex::printable(error.what()) << '\n';
  return 1;
}
