// What runs here, and which models it offers.

#include <iostream>

#include <codex/codex.hpp>

#include "support/model.hpp"

int main(int argc, char** argv) try {
  const example::Model model(argc, argv);
  codex::Codex codex(model.config());

  const auto& metadata = codex.metadata();
  std::cout << "Runtime:    " << metadata.runtime_version << '\n'
            << "Platform:   " << metadata.platform_family << ", " << metadata.platform_os << '\n'
            << "User agent: " << metadata.user_agent << '\n';

  const auto models = codex.models({.include_hidden = true});
  std::cout << models.data.size() << " models\n";
  for (const auto& offered : models.data) {
    std::cout << (offered.is_default ? "* " : "  ") << offered.id << ", "
              << offered.default_reasoning_effort << (offered.hidden ? ", hidden\n" : "\n");
  }
} catch (const codex::CodexError& error) {
  std::cerr << codex::printable(error.what()) << '\n';
  return 1;
}
