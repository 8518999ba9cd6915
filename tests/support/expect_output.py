"""Runs a command; fails unless it ends well and prints what a file holds.

usage: expect_output.py EXPECTED COMMAND [ARGUMENT...]

"..." in the file stands for any text. NAME.in beside NAME.txt is what the command reads on stdin.
With UPDATE_EXPECTED in the environment the file is written instead; put the dots back then.
"""

import doctest
import os
import subprocess
import sys
from pathlib import Path

expected = Path(sys.argv[1])
typed = expected.with_suffix(".in")
process = subprocess.run(
    sys.argv[2:],
    input=typed.read_text() if typed.exists() else "",
    stdout=subprocess.PIPE,
    timeout=500,
    text=True,
)
if os.environ.get("UPDATE_EXPECTED"):
    expected.write_text(process.stdout)

flags = doctest.ELLIPSIS | doctest.DONT_ACCEPT_BLANKLINE
example = doctest.Example("", expected.read_text())
fits = doctest.OutputChecker().check_output(example.want, process.stdout, flags)
if not fits:
    print(doctest.OutputChecker().output_difference(example, process.stdout, flags))
sys.exit(process.returncode != 0 or not fits)
