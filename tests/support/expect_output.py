"""Runs a command; fails unless it ends well and prints what a file holds.

usage: expect_output.py EXPECTED COMMAND [ARGUMENT...]

With UPDATE_EXPECTED in the environment the file is written instead.
"""

import difflib
import os
import subprocess
import sys
from pathlib import Path

expected = Path(sys.argv[1])
process = subprocess.run(sys.argv[2:], stdout=subprocess.PIPE, timeout=60, text=True)
if os.environ.get("UPDATE_EXPECTED"):
    expected.write_text(process.stdout)
sys.stdout.writelines(
    difflib.unified_diff(
        expected.read_text().splitlines(keepends=True),
        process.stdout.splitlines(keepends=True),
        str(expected),
        "stdout",
    )
)
sys.exit(process.returncode != 0 or process.stdout != expected.read_text())
