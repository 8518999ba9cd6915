#include "approvals/shell_words.hpp"

#include <stdexcept>

#include <doctest/doctest.h>

#include "approvals/command_pattern.hpp"

using codex::detail::CommandPattern;
using codex::detail::plain_words;
using codex::detail::program_words;
using codex::detail::Words;

TEST_CASE("plain words are parted by blanks, and quotes hold them together") {
  CHECK(plain_words("git status") == Words{"git", "status"});
  CHECK(plain_words("  git   status ") == Words{"git", "status"});
  CHECK(plain_words("a 'b c' \"d e\"") == Words{"a", "b c", "d e"});
  CHECK(plain_words("a'b'\"c\"d") == Words{"abcd"});
  CHECK(plain_words("a '' \"\"") == Words{"a", "", ""});
  CHECK(plain_words("cp --mode=a+rw,g-w ./x-1_2.txt me@host:/%") ==
        Words{"cp", "--mode=a+rw,g-w", "./x-1_2.txt", "me@host:/%"});
  CHECK(plain_words("echo '$(x); `y` \\ \" ! *' \"'; & | < > * ? ~ #\"") ==
        Words{"echo", "$(x); `y` \\ \" ! *", "'; & | < > * ? ~ #"});
  CHECK(plain_words(R"("\$x \`y\` \" \\")") == Words{R"($x `y` " \)"});
  CHECK(plain_words("") == Words{});
}

TEST_CASE("words that a shell may read otherwise are not plain") {
  for (char c = 1; c != 127; ++c) {
    const bool plain = std::string_view("%+,-./:@_= '\"").find(c) != std::string_view::npos ||
                       (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    CAPTURE(int{c});
    const std::string open = std::string("a b") + c + "d";
    const bool one_quote = c == '\'' || c == '"';
    CHECK(plain_words(open).has_value() == (plain && !one_quote));
  }
  for (const std::string_view text :
       {"'", "\"", "a 'b", "a \"b", "a 'b' '", "a 'b\"", "\"$x\"", "\"`x`\"", "\"\\x\"", "\"\\'\"",
        "\"\\!\"", "\"\\\"", "\"\\", "\"\\\\$x\"", "\"!x\"", "'a\nb'", "\"a\tb\""}) {
    CAPTURE(text);
    CHECK_FALSE(plain_words(text));
  }
  CHECK_FALSE(plain_words(std::string_view("a\0b", 3)));
  CHECK_FALSE(plain_words("'\x7f'"));
  CHECK_FALSE(plain_words("ls 'ä'"));
}

TEST_CASE("an equals sign is plain where it neither assigns nor expands") {
  CHECK(plain_words("ls --color=never a=b"));
  CHECK_FALSE(plain_words("A=1 ls"));
  CHECK_FALSE(plain_words("'A'=1 ls"));
  CHECK_FALSE(plain_words("=ls"));
  CHECK_FALSE(plain_words("cat =ls"));
  CHECK_FALSE(plain_words("cat ''=ls"));
}

TEST_CASE("one known shell is looked into, once") {
  const Words git{"git", "status"};
  for (const std::string_view line :
       {"/bin/bash -lc 'git status'", "/bin/bash -c 'git status'", "bash -lc \"git status\"",
        "/usr/bin/zsh -lc 'git status'", "/usr/local/bin/bash -c 'git status'",
        "sh -c 'git status'", "git status", "/bin/bash -lc 'git '\"'status'\"",
        R"(/bin/bash -lc "'git' \"status\"")"}) {
    CAPTURE(line);
    CHECK(program_words(line) == git);
  }
  CHECK(program_words("/bin/bash -lc ls") == Words{"ls"});
  CHECK(program_words(Words{"bash", "-lc", "git status"}) == git);
  CHECK(program_words(Words{"git", "sta tus"}) == Words{"git", "sta tus"});
  CHECK(program_words("bash -lc 'bash -lc \"git status\"'") == Words{"bash", "-lc", "git status"});
  CHECK_FALSE(program_words("bash -lc 'git status; ls'"));
  CHECK_FALSE(program_words(Words{"bash", "-lc", "git status; ls"}));
  for (const std::string_view line :
       {"/tmp/bash -lc 'git status'", "./bash -lc 'git status'", "bin/bash -lc 'git status'",
        "/bin/../tmp/bash -lc 'git status'", "fish -c 'git status'", "bash -ic 'git status'",
        "bash -lc 'git status' x", "bash -l -c 'git status'", "bash 'git status'",
        "Bash -c 'git status'"}) {
    CAPTURE(line);
    CHECK(program_words(line) != git);
  }
}

TEST_CASE("a pattern stands for exactly its words, or for more behind them") {
  const CommandPattern status("git status");
  CHECK(status.matches({"git", "status"}));
  CHECK_FALSE(status.matches({"git"}));
  CHECK_FALSE(status.matches({"git", "status", "-s"}));
  CHECK_FALSE(status.matches({"git", "statu"}));
  CHECK_FALSE(status.matches({"git status"}));
  CHECK_FALSE(status.matches({}));

  const CommandPattern list("ls *");
  CHECK(list.matches({"ls"}));
  CHECK(list.matches({"ls", "-l", "any; thing"}));
  CHECK_FALSE(list.matches({"lsof"}));
  CHECK_FALSE(list.matches({}));

  const CommandPattern quoted("ls '*'");
  CHECK(quoted.matches({"ls", "*"}));
  CHECK_FALSE(quoted.matches({"ls", "x"}));
}

TEST_CASE("a pattern that is no plain command is refused") {
  for (const char* pattern : {"", "  ", "*", " *", "''", "git*", "git * status", "* status",
                              "ls; rm", "A=1 ls", "git status\n", "gít", "'git", "ls ~"}) {
    CAPTURE(pattern);
    CHECK_THROWS_AS(CommandPattern{pattern}, std::invalid_argument);
  }
}
