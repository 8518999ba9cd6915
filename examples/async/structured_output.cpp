// An answer as a struct: the model must follow the struct's schema, and the SDK reads its answer.

#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <codex/async.hpp>
#include <codex/describe.hpp>

#include "support/model.hpp"

namespace {

struct Step {
  std::string what;
  std::optional<int> hours = {};
};
CODEX_DESCRIBE(Step, (what, "In one sentence"), (hours, "A guess, if there is one"))

struct Plan {
  std::string summary;
  std::vector<Step> steps;
};
CODEX_DESCRIBE(Plan, summary, (steps, "In the order in which to take them"))

codex::Task<> run(codex::AsyncCodex& codex) {
  const auto thread = co_await codex.thread_start();
  auto propose =
      thread.run_as<Plan>("Propose a safe way to roll out a feature flag.", {.output_retries = 1});
  const auto parsed = co_await propose;
  std::cout << "Summary: " << codex::printable(parsed.value.summary) << '\n';
  for (const Step& step : parsed.value.steps) {
    std::cout << "Step:    " << codex::printable(step.what);
    if (step.hours) std::cout << " (" << *step.hours << " h)";
    std::cout << '\n';
  }
  std::cout << "Status:  " << parsed.turn.status.name() << '\n';
}

}  // namespace

int main(int argc, char** argv) try {
  const example::Model model(argc, argv);
  codex::AsyncCodex codex(model.config());
  codex::sync_wait(run(codex));
} catch (const codex::OutputParseError& error) {
  std::cerr << codex::printable(error.what()) << "\nIt was: " << codex::printable(error.text())
            << '\n';
  return 1;
} catch (const codex::CodexError& error) {
  std::cerr << codex::printable(error.what()) << '\n';
  return 1;
}
