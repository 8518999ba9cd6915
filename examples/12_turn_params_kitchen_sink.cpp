// A turn with everything set, and an answer that fits a JSON Schema.

#include <chrono>
#include <filesystem>
#include <iostream>
#include <string>

#include <codex/codex.hpp>

#include "support/model.hpp"

namespace {

const codex::Json plan_schema = {
    {"type", "object"},
    {"properties",
     {{"summary", {{"type", "string"}}},
      {"actions", {{"type", "array"}, {"items", {{"type", "string"}}}}}}},
    {"required", {"summary", "actions"}},
    {"additionalProperties", false},
};

}  // namespace

int main(int argc, char** argv) try {
  const example::Model model(argc, argv);
  codex::Codex codex(model.config());

  const auto result =
      codex.thread_start().run("Propose a safe way to roll out a feature flag. JSON only.",
                               {.approval_mode = codex::ApprovalMode::deny_all,
                                .cwd = std::filesystem::current_path().string(),
                                .effort = "medium",
                                .model = "gpt-5.5",
                                .output_schema = plan_schema,
                                .personality = codex::protocol::Personality::pragmatic,
                                .sandbox = codex::Sandbox::read_only,
                                .summary = codex::protocol::ReasoningSummary::concise,
                                .timeout = std::chrono::minutes(5)});

  // The runtime passes the schema on; check yourself whether the answer fits.
  const auto plan = codex::Json::parse(result.final_response.value_or(""));
  std::cout << "Status:  " << result.status.name() << '\n'
            << "Summary: " << codex::printable(plan.at("summary").get<std::string>()) << '\n';
  for (const auto& action : plan.at("actions")) {
    std::cout << "Action:  " << codex::printable(action.get<std::string>()) << '\n';
  }
  std::cout << "Items:   " << result.items.size() << '\n';
} catch (const codex::CodexError& error) {
  std::cerr << codex::printable(error.what()) << '\n';
  return 1;
} catch (const codex::Json::exception& error) {
  std::cerr << "The answer does not fit: " << codex::printable(error.what()) << '\n';
  return 1;
}
