#!/usr/bin/env python3
"""Checks that g++ 12 warns of braces in one expression with co_await, exactly where it must, and
that other compilers do not; and that no call that takes options is forgotten.

usage: check.py SOURCE HEADERS COMPILER [ARGUMENT...]

A line of the source that must be warned of ends with `// warns`. HEADERS is the folder of the async
headers: each function there whose last parameter is one of the SDK's options has such a line.
"""
import pathlib
import re
import subprocess
import sys

WARNING = re.compile(r"^(?P<file>[^:\n]+):(?P<line>\d+):\d+: warning: .*g\+\+ 12 destroys", re.M)
INTERNAL = {"request_text", "run_until_read", "retry_task", "AsyncPager", "RetryPauses"}


def has_the_fault(compiler: str) -> bool:
    macros = subprocess.run([compiler, "-dM", "-E", "-x", "c++", "/dev/null"], check=True,
                            capture_output=True, text=True).stdout
    return "__clang__" not in macros and "#define __GNUC__ 12\n" in macros


def calls_with_options(headers: pathlib.Path) -> set[str]:
    names = set()
    for header in headers.glob("*.hpp"):
        code = re.sub(r"//[^\n]*", "", header.read_text())
        names |= set(re.findall(r"\b(\w+)\([^(){};]*Options\s*(?:&&?\s*)?options\b", code))
    return names - INTERNAL


def main() -> int:
    source, headers, *command = sys.argv[1:]
    lines = pathlib.Path(source).read_text().splitlines()
    marked = {number for number, line in enumerate(lines, 1) if line.endswith("// warns")}
    cases = "\n".join(lines[number - 1] for number in marked)
    forgotten = {name for name in calls_with_options(pathlib.Path(headers))
                 if not re.search(rf"\b{name}(<[^>]*>)?\(", cases)}
    if forgotten:
        print("no case for calls that take options:", *sorted(forgotten))
        return 1
    run = subprocess.run(
        [*command, "-fsyntax-only", "-Wno-error=deprecated-declarations", source],
        capture_output=True, text=True, timeout=600)
    if run.returncode != 0:
        print(run.stderr)
        return 1
    warned = {int(match["line"]) for match in WARNING.finditer(run.stderr)
              if pathlib.Path(match["file"]).name == pathlib.Path(source).name}
    wanted = marked if has_the_fault(command[0]) else set()
    for number in sorted(wanted ^ warned):
        print("no warning:" if number in wanted else "a false warning:", lines[number - 1].strip())
    return 1 if wanted != warned else 0


if __name__ == "__main__":
    sys.exit(main())
