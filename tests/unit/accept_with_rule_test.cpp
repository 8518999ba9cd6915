#include <stdexcept>

#include <doctest/doctest.h>

#include <codex/approvals.hpp>

#include "support/approvals.hpp"

using codex::Json;
using codex::approvals::accept_with_rule;
using codex::approvals::proposed_rule;
using Words = std::vector<std::string>;
using Params = codex::protocol::CommandExecutionRequestApprovalParams;
namespace types = codex::protocol;

namespace {

/// A request in which the model would like that rule.
Params request(const std::string& command, const Words& models_rule = {"cat"}) {
  Params params = codex::testing::command_request(command);
  params.proposed_execpolicy_amendment = models_rule;
  return params;
}

Json rule(const Words& words) {
  return {{"decision", {{"acceptWithExecpolicyAmendment", {{"execpolicy_amendment", words}}}}}};
}

const Json mere_yes{{"decision", "accept"}};

}  // namespace

TEST_CASE("a rule is the whole command, not what the model would like") {
  const Params params = request("/bin/bash -lc \"cat 'a b' c\"");
  CHECK(proposed_rule(params) == Words{"cat", "a b", "c"});
  CHECK(Json(accept_with_rule(params)) == rule({"cat", "a b", "c"}));
  CHECK(Json(accept_with_rule(request("cat a", {"ls"}))) == rule({"cat", "a"}));
}

TEST_CASE("where the runtime proposes no rule, accepting with one is a mere yes") {
  const Params params = codex::testing::command_request("cat a");
  CHECK_FALSE(proposed_rule(params));
  CHECK(Json(accept_with_rule(params)) == mere_yes);
  CHECK(Json(accept_with_rule(request("cat a", {}))) == mere_yes);
}

TEST_CASE(
    "where the words of a command do not say what runs, accepting with a rule is a mere yes") {
  for (const char* command : {"cat a; cat b", "cat a | wc", "cat $X", "cat *", "cat a > b", "",
                              "bash -lc 'cat a && cat b'", "sh x.sh", "find . -name x.py",
                              "/bin/bash -lc 'find . -name x.py'", "git status", "make", "./cat a",
                              "env cat a", "cat \u0430", "tree -R"}) {
    CAPTURE(command);
    CHECK_FALSE(proposed_rule(request(command)));
    CHECK(Json(accept_with_rule(request(command))) == mere_yes);
  }
}

TEST_CASE("a rule is of a command alone") {
  Params network = request("cat a");
  network.network_approval_context = types::NetworkApprovalContext{
      .host = "example.com", .protocol = types::NetworkApprovalProtocol::https};
  Params more = request("cat a");
  more.additional_permissions = types::AdditionalPermissionProfile{};
  Params input = request("cat a");
  input.kind = types::CommandExecutionApprovalKind::write_stdin;
  Params nothing = request("cat a");
  nothing.command = {};
  for (const Params& params : {network, more, input, nothing}) {
    CHECK_FALSE(proposed_rule(params));
    CHECK(Json(accept_with_rule(params)) == mere_yes);
    CHECK_THROWS_AS((void)accept_with_rule(params, {"cat"}), std::invalid_argument);
  }
}

TEST_CASE("a program that writes gets no rule by itself: it would write anywhere, unasked") {
  for (const char* command : {"tee log.txt", "cp a b", "ln -s a b", "mv a b", "rm a", "touch a",
                              "mkdir a", "chmod +x a", "uniq a b", "xxd a b", "truncate a",
                              "rmdir a", "date -s 0", "/bin/bash -lc 'cp a b'", "/usr/bin/tee"}) {
    CAPTURE(command);
    CHECK_FALSE(proposed_rule(request(command)));
    CHECK(Json(accept_with_rule(request(command))) == mere_yes);
  }
  CHECK(Json(accept_with_rule(request("cp a b"), {"cp", "a"})) == rule({"cp", "a"}));
}

TEST_CASE("a rule of one's own begins the command") {
  const Params params = request("/bin/bash -lc 'find . -name x.py'", {"find"});
  CHECK(Json(accept_with_rule(params, {"find"})) == rule({"find"}));
  CHECK(Json(accept_with_rule(params, {"find", "."})) == rule({"find", "."}));
  CHECK(Json(accept_with_rule(params, {"find", ".", "-name", "x.py"})) ==
        rule({"find", ".", "-name", "x.py"}));
  for (const Words& other : {Words{}, Words{"ls"}, Words{"find", "-name"}, Words{"fin"},
                             Words{"find", ".", "-name", "x.py", "-exec"}, Words{"/bin/bash"}}) {
    CHECK_THROWS_AS((void)accept_with_rule(params, other), std::invalid_argument);
  }
  CHECK_THROWS_AS((void)accept_with_rule(request("cat a; cat b"), {"cat"}), std::invalid_argument);
}
