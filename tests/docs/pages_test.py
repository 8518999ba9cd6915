#!/usr/bin/env python3
"""What the pages point at is there: links, commands, and parts of programs."""

import functools
import json
import os
import pathlib
import re
import textwrap
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "tests/README.md",
                ROOT / "examples/README.md", ROOT / "generated/README.md",
                ROOT / "sdk/src/README.md"])
FENCE = re.compile(r"^ *```(.*)\n((?:.*\n)*?) *```$", re.MULTILINE)
# What a Debian machine has, what an installed SDK brings, and package managers.
PROGRAMS = {"apt-get", "brew", "cd", "cmake", "codex-codegen", "codex-fetch-runtime", "codex-wire",
            "conan", "cp", "cpack", "ctest", "echo", "export", "g++", "git", "mkdir", "nats-server",
            "nice", "npm", "sudo", "tar", "vcpkg"}


def blocks(page, language):
    """(the rest of the fence's line, the block) of each block in this language."""
    for info, block in FENCE.findall(page.read_text()):
        name, _, rest = info.partition(" ")
        if name == language:
            yield rest.strip(), block


def prose(page):
    return FENCE.sub("", page.read_text())


def slug(heading):
    """As GitHub makes anchors."""
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def links(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if not re.match(r"[a-z]+:", target):
            yield target


def commands(block):
    """The words of each command of a shell block."""
    for line in re.sub(r"\\\n", " ", block).splitlines():
        line = re.sub(r"(^|\s)#.*", "", line)
        substitutions = re.findall(r"\$\(([^)]*)\)", line)
        line = re.sub(r'"?\$\([^)]*\)"?', "OUTPUT", line)
        for command in [*re.split(r"&&|\|\||[|;]", line), *substitutions]:
            words = command.split()
            while words and re.match(r"\w+=", words[0]):
                words.pop(0)
            if words and words[0] != "OUTPUT":
                yield words


@functools.lru_cache
def presets():
    text = json.loads((ROOT / "CMakePresets.json").read_text())
    return {preset["name"] for preset in text["configurePresets"]}


@functools.lru_cache
def targets():
    """What CMake builds: the names that follow add_executable and the like, and what stands in
    folders of programs."""
    text = "".join(path.read_text() for path in ROOT.glob("**/CMakeLists.txt")
                   if "build" not in path.relative_to(ROOT).parts[:1])
    names = set(re.findall(r"(?:add_executable|add_library|codex_tests|add_custom_target)\(\s*([\w-]+)",
                           text))
    programs = [*ROOT.glob("examples/*.cpp"), *ROOT.glob("tests/benchmarks/bench_*.cpp")]
    return names | {path.stem for path in programs} | {"chat", "install"}


class Pages(unittest.TestCase):
    def test_links_lead_somewhere(self):
        for page in PAGES:
            for target in links(page):
                path, _, anchor = target.partition("#")
                file = (page.parent / path).resolve() if path else page
                with self.subTest(page=page.name, target=target):
                    self.assertTrue(file.exists())
                    if anchor:
                        headings = re.findall(r"^#+ (.*)$", prose(file), re.MULTILINE)
                        self.assertIn(anchor, map(slug, headings))

    def test_every_page_can_be_found_from_the_index(self):
        index = ROOT / "docs" / "README.md"
        found = {(index.parent / target.partition("#")[0]).resolve() for target in links(index)}
        for page in ROOT.glob("docs/**/*.md"):
            if page != index:
                self.assertIn(page, found)

    def test_the_index_can_be_found_from_the_readme(self):
        self.assertIn("docs/README.md", list(links(ROOT / "README.md")))

    def test_parts_of_programs_are_parts_of_them(self):
        seen = 0
        for page in PAGES:
            for file, block in blocks(page, "cpp"):
                if not file:
                    continue
                seen += 1
                text = (ROOT / file).read_text()
                with self.subTest(page=page.name, file=file, block=block.splitlines()[0]):
                    self.assertTrue(block in text or textwrap.indent(block, "  ") in text)
        self.assertGreater(seen, 0)

    def test_the_walkthrough_leaves_nothing_out(self):
        shown = [block for _, block in blocks(ROOT / "docs/walkthrough.md", "cpp")]
        self.assertEqual("\n".join(shown), (ROOT / "examples/walkthrough.cpp").read_text())

    def test_commands_are_there(self):
        for page in PAGES:
            for _, block in blocks(page, "sh"):
                for words in commands(block):
                    with self.subTest(page=page.name, command=" ".join(words)):
                        self.check_command(words)

    def check_command(self, words):
        program = words[0]
        if program.startswith(("tools/", "tests/")):
            self.assertTrue(os.access(ROOT / program, os.X_OK), program)
            text = (ROOT / program).read_text()
            for word in words[1:]:
                if word.startswith("--") and word != "--":
                    self.assertIn(word.partition("=")[0], text)
        elif program.startswith("/"):
            pass  # of the machine's
        elif "/" in program:
            self.assertIn(pathlib.PurePath(program).name, targets() | {"codex", "hello"})
        else:
            self.assertIn(program, PROGRAMS)
        for word, following in zip(words, words[1:]):
            if word == "--preset":
                self.assertIn(following, presets())
        if "--target" in words and program == "cmake":
            for word in words[words.index("--target") + 1:]:
                if word.startswith("-"):
                    break
                self.assertIn(word, targets())


if __name__ == "__main__":
    unittest.main()
