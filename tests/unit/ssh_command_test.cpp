// What ssh is told, and what its end means.

#include "transport/ssh_command.hpp"

#include <cstdio>
#include <memory>

#include <doctest/doctest.h>

#include <codex/errors.hpp>

#include "support/messages.hpp"

using codex::detail::Endpoint;
using codex::detail::parse_endpoint;
using codex::detail::quoted_for_shell;
using codex::detail::ssh_command;
using codex::testing::contains;
using codex::testing::error_of;
using Words = std::vector<std::string>;

TEST_CASE("ssh gets the host, the user, the port, and one command for the shell there") {
  const auto command = [](const char* endpoint, const codex::detail::SshPrograms& programs = {}) {
    return ssh_command(parse_endpoint(endpoint, {}), programs);
  };
  const Words begin = {"ssh", "-T", "-o", "BatchMode=yes"};
  const auto after_begin = [&](Words rest) {
    rest.insert(rest.begin(), begin.begin(), begin.end());
    return rest;
  };
  CHECK(command("ssh://build-7") == after_begin({"--", "build-7", "codex app-server proxy"}));
  CHECK(command("ssh://build-7/") == after_begin({"--", "build-7", "codex app-server proxy"}));
  CHECK(command("ssh://dev@build-7:2222/run/a.sock") ==
        after_begin(
            {"-p", "2222", "--", "dev@build-7", "codex app-server proxy --sock /run/a.sock"}));
  CHECK(command("ssh://me@corp@[fe80::1%eth0]:22/x y") ==
        after_begin(
            {"-p", "22", "--", "me@corp@fe80::1%eth0", "codex app-server proxy --sock '/x y'"}));
  CHECK(command("ssh://h", {.here = {"/opt/ssh", "-F", "c"},
                            .there = {"env", "CODEX_HOME=/a b", "/opt/codex"}}) ==
        Words{"/opt/ssh", "-F", "c", "-T", "-o", "BatchMode=yes", "--", "h",
              "env 'CODEX_HOME=/a b' /opt/codex app-server proxy"});
}

TEST_CASE("a shell reads a quoted word as it was") {
  for (const std::string word : {"", "plain", "two words", "it's", "$HOME", "`x`", "a\\b", "\"q\"",
                                 "a\nb", "*", "~/x", "#", "!", "'", "''", "-n", "ümlaut"}) {
    CAPTURE(word);
    const std::string command = "printf '%s' " + quoted_for_shell(word) + "; printf .";
    std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
    std::string said;
    for (int c = 0; (c = std::fgetc(pipe.get())) != EOF;) said += static_cast<char>(c);
    CHECK(said == word + ".");
  }
}

TEST_CASE("hosts and users that ssh or a shell would take for more are refused") {
  for (const char* endpoint :
       {"ssh://", "ssh:///x", "ssh://-oProxyCommand=touch", "ssh://-l@host", "ssh://a@-host",
        "ssh://a b", "ssh://$(x)", "ssh://`x`@host", "ssh://@host", "ssh://host;x",
        "ssh://host:", "ssh://host:0x1", "ssh://u:p@host"}) {
    CAPTURE(endpoint);
    CHECK(error_of<codex::CodexError>([&] { (void)parse_endpoint(endpoint, {}); }));
  }
}

TEST_CASE("what ssh says becomes one sentence that says what to do") {
  const Endpoint endpoint = parse_endpoint("ssh://dev@build-7:2222/run/a.sock", {});
  const auto problem = [&](int status, const char* said) {
    return codex::detail::ssh_problem(endpoint, {}, {.code = status}, said);
  };
  const auto denied = problem(255, "dev@build-7: Permission denied (publickey).");
  CHECK(contains(denied.text, "ssh -o BatchMode=yes -p 2222 dev@build-7 true"));
  CHECK_FALSE(denied.may_pass);
  const auto unknown = problem(255, "Host key verification failed.");
  CHECK(contains(unknown.text, "Run \"ssh -p 2222 dev@build-7\" once"));
  CHECK_FALSE(unknown.may_pass);
  const auto refused = problem(255, "connect to host build-7 port 2222: Connection refused");
  CHECK(contains(refused.text, "cannot connect"));
  CHECK(refused.may_pass);
  CHECK(contains(problem(127, "bash: codex: not found").text, "CodexConfig::remote_codex"));
  CHECK(contains(problem(1, "Error: failed to connect to socket at /run/a.sock").text,
                 "unix:///run/a.sock"));
  CHECK(contains(problem(3, "").text, "exit status 3"));
}
