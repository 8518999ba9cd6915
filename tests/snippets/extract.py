#!/usr/bin/env python3
"""Writes the C++ blocks of Markdown pages to files, so that the build compiles what people copy.

usage: extract.py OUT_FOLDER PAGE.md...

Prints the paths, one a line. A file is only rewritten when its block changed.
"""

import pathlib
import re
import sys


def blocks(page):
    return re.findall(r"^```cpp\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for page in map(pathlib.Path, sys.argv[2:]):
        for number, block in enumerate(blocks(page), 1):
            path = out / f"{page.stem.lower()}_{number}.cpp"
            if not path.exists() or path.read_text() != block:
                path.write_text(block)
            print(path)


main()
