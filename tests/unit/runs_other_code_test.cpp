#include "approvals/runs_other_code.hpp"

#include <doctest/doctest.h>

using codex::detail::runs_other_code;
using codex::detail::Words;

TEST_CASE("programs that run what they find or are told run other code") {
  for (const Words& command :
       {Words{"sh", "x.sh"}, Words{"/bin/sh", "x.sh"}, Words{"python3", "x.py"},
        Words{"python3.11", "x.py"}, Words{"python"}, Words{"make"}, Words{"git", "status"},
        Words{"/usr/bin/git", "status"}, Words{"npm", "test"}, Words{"cargo", "build"},
        Words{"find", "."}, Words{"env", "ls"}, Words{"xargs"}, Words{"clang-16", "x.c"},
        Words{"node"}, Words{"sudo", "ls"}, Words{"GIT", "status"}, Words{"."}}) {
    CAPTURE(command.front());
    CHECK(runs_other_code(command));
  }
}

TEST_CASE("programs of folders that an agent may write run other code") {
  for (const char* program : {"./ls", "../ls", "bin/ls", "/repo/ls", "/tmp/ls", "/usr/bin/../ls",
                              "/home/me/bin/ls", "/"}) {
    CAPTURE(program);
    CHECK(runs_other_code(Words{program}));
  }
}

TEST_CASE("no command runs other code, for nobody knows what it runs") {
  CHECK(runs_other_code(Words{}));
  CHECK(runs_other_code(Words{""}));
}

TEST_CASE("plain programs run themselves") {
  for (const char* program : {"ls", "/bin/ls", "/usr/bin/ls", "cat", "touch", "rm", "echo"}) {
    CAPTURE(program);
    CHECK_FALSE(runs_other_code(Words{program, "x"}));
  }
}
