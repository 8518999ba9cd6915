// Choose from the runtime's models, and how hard the model thinks.

#include <iostream>

#include <codex/async.hpp>

#include "support/model.hpp"

namespace {

/// The default model, else the first.
codex::protocol::Model choose(const codex::protocol::ModelListResponse& models) {
  for (const auto& offered : models.data) {
    if (offered.is_default) return offered;
  }
  return models.data.at(0);
}

codex::Task<> run(codex::AsyncCodex& codex) {
  const auto chosen = choose(co_await codex.models());
  const auto& efforts = chosen.supported_reasoning_efforts;  // the least first
  const auto effort =
      efforts.empty() ? chosen.default_reasoning_effort : efforts.back().reasoning_effort;
  std::cout << "Model:  " << chosen.id << '\n' << "Effort: " << effort << '\n';

  auto start = codex.thread_start({.model = chosen.model});
  auto thread = co_await start;
  auto first_turn = thread.run("What does reliable production code need?", {.effort = effort});
  const auto first = co_await first_turn;
  std::cout << "First:  " << codex::printable(first.final_response.value_or("(none)")) << '\n';

  // Model and effort also apply to the turns that follow.
  auto second_turn = thread.run("Now as a plan.", {.sandbox = codex::Sandbox::read_only});
  const auto second = co_await second_turn;
  std::cout << "Second: " << codex::printable(second.final_response.value_or("(none)")) << '\n'
            << "Items:  " << second.items.size() << '\n';
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
