// Choose from the runtime's models, and how hard the model thinks.

#include <iostream>

#include <codex/codex.hpp>

#include "support/model.hpp"

namespace {

/// The default model, else the first.
codex::protocol::Model choose(const codex::protocol::ModelListResponse& models) {
  for (const auto& offered : models.data) {
    if (offered.is_default) return offered;
  }
  return models.data.at(0);
}

}  // namespace

int main(int argc, char** argv) try {
  const example::Model model(argc, argv);
  codex::Codex codex(model.config());

  const auto chosen = choose(codex.models());
  const auto& efforts = chosen.supported_reasoning_efforts;  // the least first
  const auto effort =
      efforts.empty() ? chosen.default_reasoning_effort : efforts.back().reasoning_effort;
  std::cout << "Model:  " << chosen.id << '\n' << "Effort: " << effort << '\n';

  auto thread = codex.thread_start({.model = chosen.model});
  const auto first = thread.run("What does reliable production code need?", {.effort = effort});
  std::cout << "First:  " << codex::printable(first.final_response.value_or("(none)")) << '\n';

  // Model and effort also apply to the turns that follow.
  const auto second = thread.run("Now as a plan.", {.sandbox = codex::Sandbox::read_only});
  std::cout << "Second: " << codex::printable(second.final_response.value_or("(none)")) << '\n'
            << "Items:  " << second.items.size() << '\n';
} catch (const codex::CodexError& error) {
  std::cerr << codex::printable(error.what()) << '\n';
  return 1;
}
