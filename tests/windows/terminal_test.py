"""Runs terminal_test.cpp, on a terminal if it runs under wine. usage: terminal_test.py [EMULATOR] PROGRAM"""

import os
import pathlib
import subprocess
import sys
import tempfile

command = sys.argv[1:]
with tempfile.TemporaryDirectory() as folder:
    report = pathlib.Path(folder) / "report"
    command.append(f"--out={report}")
    if len(sys.argv) == 2:
        code = subprocess.run(command, timeout=100, check=False).returncode
    else:
        import pty  # Windows has none

        code = os.waitstatus_to_exitcode(pty.spawn(command, lambda screen: os.read(screen, 4096) and b"."))
    print(report.read_text() if report.exists() else "it made no report")
sys.exit(code)
