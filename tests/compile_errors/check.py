#!/usr/bin/env python3
"""Compiles a source that must not compile, and then, with RIGHT defined, must.

usage: check.py [--update] SOURCE COMPILER [ARGUMENT...]

The source's first line tells what the compiler has to say: `// expect: REGULAR-EXPRESSION`. Where a
second line says `// g++ cannot tell`, that compiler accepts the source.

g++ 12 and clang 16 have to say exactly what golden/NAME.g++.txt and golden/NAME.clang.txt have, if
there is a golden/NAME.*: these are the mistakes that docs/faq.md lists. --update writes them.
"""
import pathlib
import re
import subprocess
import sys

TESTED = {"g++": 12, "clang": 16}


def compile_source(command: list[str], source: str, *more: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [*command, "-fsyntax-only", *more, source], capture_output=True, text=True, timeout=120)


def family_and_version(compiler: str) -> tuple[str, int]:
    macros = subprocess.run([compiler, "-dM", "-E", "-x", "c++", "/dev/null"], check=True,
                            capture_output=True, text=True).stdout
    values = dict(re.findall(r"#define (__clang_major__|__GNUC__) (\d+)", macros))
    clang = values.get("__clang_major__")
    return ("clang", int(clang)) if clang else ("g++", int(values["__GNUC__"]))


def said(stderr: str) -> str:
    """The messages and the lines of code that they show, without places in files."""
    out = []
    for line in stderr.splitlines():
        message = re.match(r"(?:\S*/)?(?:include/)?([\w/]+\.[ch]pp):(?:\d+:){0,2} (.*)", line)
        code = re.match(r"( *\d+ \| *| +|)(.*)", line)
        if re.match(r"In file included from| +from |\d+ (error|warning)", line):
            continue
        if message:
            name = pathlib.PurePath(message[1]).name
            text = re.sub(r"(?<= at )/\S*/", "", message[2])  # a lambda's place
            out.append(f"{name}: {text}")
        elif not re.fullmatch(r"[ |^~]*(\w+)?", line) and code[2]:
            out.append(f"    {code[2].strip()}")
    return "\n".join(out) + "\n"


def golden_agrees(golden: pathlib.Path, text: str, update: bool) -> bool:
    if update:
        golden.write_text(text)
    elif golden.read_text() != text:
        print(f"{golden.name} has\n{golden.read_text()}\nbut the compiler says\n{text}")
        return False
    return True


def main() -> int:
    words = sys.argv[1:]
    update = words[0] == "--update"
    source, *command = words[1:] if update else words
    path = pathlib.Path(source)
    first, second, *_ = path.read_text().splitlines()
    wanted = re.fullmatch(r"// expect: (.+)", first)
    if not wanted:
        print(f"{source}: the first line is no `// expect: ...`")
        return 1
    family, version = family_and_version(command[0])
    blind = second == f"// {family} cannot tell"
    wrong = compile_source(command, source)
    if blind != (wrong.returncode == 0) or not (blind or re.search(wanted[1], wrong.stderr)):
        print(f"expected an error that matches: {wanted[1]}\ngot ({wrong.returncode}):")
        print(wrong.stderr)
        return 1
    golden = path.parent / "golden" / f"{path.stem}.{family}.txt"
    others = list(golden.parent.glob(f"{path.stem}.*"))
    if others and not blind and version == TESTED[family]:
        if not golden_agrees(golden, said(wrong.stderr), update):
            return 1
    right = compile_source(command, source, "-DRIGHT")
    if right.returncode != 0:
        print(f"with RIGHT it must compile:\n{right.stderr}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
