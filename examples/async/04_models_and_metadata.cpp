// What runs here, and which models it offers.

#include <iostream>

#include <codex/async.hpp>

#include "support/model.hpp"

namespace {

codex::Task<> run(codex::AsyncCodex& codex) {
  const auto metadata = co_await codex.metadata();
  std::cout << "Runtime:    " << metadata.runtime_version << '\n'
            << "Platform:   " << metadata.platform_family << ", " << metadata.platform_os << '\n'
            << "User agent: " << metadata.user_agent << '\n';

  auto list = codex.models({.include_hidden = true});
  const auto models = co_await list;
  std::cout << models.data.size() << " models\n";
  for (const auto& offered : models.data) {
    std::cout << (offered.is_default ? "* " : "  ") << offered.id << ", "
              << offered.default_reasoning_effort << (offered.hidden ? ", hidden\n" : "\n");
  }
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
