#!/usr/bin/env python3
"""Writes the C++ blocks of Markdown pages to files, so that the build compiles what people copy.

usage: extract.py OUT_FOLDER PAGE.md...

A block that includes something stands alone; with a main and <codex/testing.hpp> it can be run
without an account. Any other block is statements, which have `codex`, `thread`, `turn` and `result`
at hand. Blocks with the same includes share a file, each in a namespace of its own, so that few
files are compiled and a missing include is noticed. A block marked with a file
(```cpp examples/x.cpp) is a part of that one, and pages_test.py's business.

Prints `source PATH` and `run NAME`, one a line. A file is only rewritten when it changed.
"""

import collections
import pathlib
import re
import sys

BLOCK = re.compile(r"^```cpp\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INCLUDE = re.compile(r"^#include .*\n", re.MULTILINE)
MAIN = re.compile(r"^int main\(\) \{$(.*?)^\}$", re.MULTILINE | re.DOTALL)
AT_HAND = """#include <chrono>
#include <iostream>
#include <string>
#include <codex/codex.hpp>
#include <codex/describe.hpp>
#include <codex/testing.hpp>
"""
BEFORE_STATEMENTS = """\
using namespace std::chrono_literals;
namespace protocol = codex::protocol;
namespace events = codex::protocol::notifications;
namespace requests = codex::protocol::requests;
[[maybe_unused]] void example(
    [[maybe_unused]] codex::Codex& codex, [[maybe_unused]] codex::Thread& thread,
    [[maybe_unused]] codex::TurnHandle& turn, [[maybe_unused]] codex::TurnResult& result) {
{
"""


def name_of(page, number):
    parts = [part for part in page.with_suffix("").parts if part not in ("/", "..", "docs")]
    return re.sub(r"\W", "_", "_".join(parts[-2:] if "guide" in parts else parts[-1:])).lower() \
        + f"_{number}"


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def compiled(name, page, line, block):
    """The includes of a block, its text as one namespace, and whether it can be run."""
    includes = "".join(sorted(INCLUDE.findall(block)))
    main = MAIN.search(block)
    runnable = bool(main) and "<codex/testing.hpp>" in includes
    place = f'#line {line} "{page}"\n'
    if includes:
        block = INCLUDE.sub("\n", block)  # lines keep their numbers
        block = MAIN.sub(r"[[maybe_unused]] int run() {\1  return 0;\n}", block)
        text = place + block
    else:
        includes = AT_HAND
        text = BEFORE_STATEMENTS + place + block + "}\n}\n"
    text = f"namespace {name} {{\n{text}}}  // namespace {name}\n"
    if runnable:
        text += f'static const Runnable run_{name}("{name}", &{name}::run);\n'
    return includes, text, runnable


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    files = collections.defaultdict(list)
    for page in map(pathlib.Path, sys.argv[2:]):
        text = page.read_text()
        for number, block in enumerate(BLOCK.finditer(text), 1):
            name = name_of(page, number)
            includes, code, runnable = compiled(name, page, line_of(text, block.start(1)), block[1])
            files[includes].append(code)
            if runnable:
                print("run", name)
    for number, (includes, codes) in enumerate(sorted(files.items()), 1):
        content = f'{includes}#include "runnable.hpp"\n' + "".join(codes)
        path = out / f"pages_{number}.cpp"
        if not path.exists() or path.read_text() != content:
            path.write_text(content)
        print("source", path)


main()
