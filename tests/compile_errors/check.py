#!/usr/bin/env python3
"""Compiles a source that must not compile, and then, with RIGHT defined, must.

usage: check.py SOURCE COMPILER [ARGUMENT...]

The source's first line tells what the compiler has to say: `// expect: REGULAR-EXPRESSION`.
"""
import pathlib
import re
import subprocess
import sys


def compile_source(command: list[str], source: str, *more: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [*command, "-fsyntax-only", *more, source], capture_output=True, text=True, timeout=120)


def main() -> int:
    source, *command = sys.argv[1:]
    wanted = re.fullmatch(r"// expect: (.+)", pathlib.Path(source).read_text().splitlines()[0])
    if not wanted:
        print(f"{source}: the first line is no `// expect: ...`")
        return 1
    wrong = compile_source(command, source)
    if wrong.returncode == 0 or not re.search(wanted[1], wrong.stderr):
        print(f"expected an error that matches: {wanted[1]}\ngot ({wrong.returncode}):")
        print(wrong.stderr)
        return 1
    right = compile_source(command, source, "-DRIGHT")
    if right.returncode != 0:
        print(f"with RIGHT it must compile:\n{right.stderr}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
