#include "approvals/harmless_programs.hpp"

#include <doctest/doctest.h>

using codex::detail::only_reads;
using codex::detail::runs_only_itself;
using codex::detail::Words;

TEST_CASE("programs that run what they find or are told are not known to run only themselves") {
  for (const Words& command : {Words{"sh", "x.sh"},
                               Words{"/bin/sh", "x.sh"},
                               Words{"python3", "x.py"},
                               Words{"python3.11", "x.py"},
                               Words{"python"},
                               Words{"make"},
                               Words{"git", "status"},
                               Words{"/usr/bin/git", "status"},
                               Words{"npm", "test"},
                               Words{"cargo", "build"},
                               Words{"find", "."},
                               Words{"env", "ls"},
                               Words{"xargs"},
                               Words{"clang-16", "x.c"},
                               Words{"node"},
                               Words{"sudo", "ls"},
                               Words{"GIT", "status"},
                               Words{"."},
                               Words{"my-tool"},
                               Words{"tree", "-R"},
                               Words{"/usr/bin/tree"}}) {
    CAPTURE(command.front());
    CHECK_FALSE(runs_only_itself(command));
  }
}

TEST_CASE("nor are programs of folders that an agent may write") {
  for (const char* program : {"./ls", "../ls", "bin/ls", "/repo/ls", "/tmp/ls", "/usr/bin/../ls",
                              "/home/me/bin/ls", "/"}) {
    CAPTURE(program);
    CHECK_FALSE(runs_only_itself(Words{program}));
  }
}

TEST_CASE("nor is no command") {
  CHECK_FALSE(runs_only_itself(Words{}));
  CHECK_FALSE(runs_only_itself(Words{""}));
}

TEST_CASE("plain programs run only themselves") {
  for (const char* program : {"ls", "/bin/ls", "/usr/bin/ls", "cat", "touch", "rm", "echo"}) {
    CAPTURE(program);
    CHECK(runs_only_itself(Words{program, "x"}));
  }
}

TEST_CASE("programs that write are known to run only themselves, but not to only read") {
  for (const char* program : {"chmod", "cp", "date", "ln", "mkdir", "mv", "rm", "rmdir", "tee",
                              "touch", "truncate", "uniq", "xxd", "/bin/cp", "/usr/bin/tee"}) {
    CAPTURE(program);
    CHECK(runs_only_itself(Words{program, "x"}));
    CHECK_FALSE(only_reads(Words{program, "x"}));
  }
  for (const char* program : {"cat", "/bin/cat", "ls", "grep", "wc", "echo"}) {
    CAPTURE(program);
    CHECK(only_reads(Words{program, "x"}));
  }
  CHECK_FALSE(only_reads(Words{}));
  CHECK_FALSE(only_reads(Words{"make"}));
  CHECK_FALSE(only_reads(Words{"./cat"}));
}
