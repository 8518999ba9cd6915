#include <doctest/doctest.h>

#include <codex/policies.hpp>
#include <codex/protocol/session.hpp>

#include "support/approvals.hpp"

TEST_CASE("allow_commands has no opinion on commands of Windows' shells") {
  auto params = codex::testing::command_request("ls");
  params.available_decisions.reset();
  const codex::HandlerContext context =
      codex::testing::with_reach(codex::testing::reach_of(codex::testing::read_only, "C:/repo"));
  const auto policy = codex::approvals::allow_commands({"ls"}, {.may_run_code_it_finds = true});
  CHECK_FALSE(policy.opinion({.context = context, .command = &params}));
}
