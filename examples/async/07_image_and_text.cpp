// Text and an image in one message, the image as a data URL.

#include <iostream>
#include <string>

#include <codex/async.hpp>

#include "support/model.hpp"

namespace {

// A PNG of one pixel. The runtime takes images inline; it refuses http and https URLs.
const std::string picture =
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGA"
    "WjR9awAAAABJRU5ErkJggg==";

codex::Task<> run(codex::AsyncCodex& codex) {
  auto thread = co_await codex.thread_start();
  auto ask = thread.run({"What is in this picture? Two bullets.", codex::ImageInput{picture}});
  const auto result = co_await ask;
  std::cout << "Status: " << result.status.name() << '\n'
            << "Answer: " << codex::printable(result.final_response.value_or("(none)")) << '\n';
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
