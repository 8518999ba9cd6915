// Text and an image in one message, the image as a data URL.

#include <iostream>
#include <string>

#include <codex/codex.hpp>

#include "support/model.hpp"

namespace {

// A PNG of one pixel. The runtime takes images inline; it refuses http and https URLs.
const std::string picture =
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGA"
    "WjR9awAAAABJRU5ErkJggg==";

}  // namespace

int main(int argc, char** argv) try {
  const example::Model model(argc, argv);
  codex::Codex codex(model.config());

  const auto result = codex.thread_start().run(
      {"What is in this picture? Two bullets.", codex::ImageInput{picture}});
  std::cout << "Status: " << result.status.name() << '\n'
            << "Answer: " << codex::printable(result.final_response.value_or("(none)")) << '\n';
} catch (const codex::CodexError& error) {
  std::cerr << codex::printable(error.what()) << '\n';
  return 1;
}
