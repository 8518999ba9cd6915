"""signals.cpp stops itself by events of its console; the last one ends it as the system does, without a
word. usage: signals_test.py [EMULATOR] PROGRAM"""

import subprocess
import sys

STATUS_CONTROL_C_EXIT = 0xC000013A

done = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=100,
                      check=False)
# An emulator passes on the last byte of the code.
if done.stdout or done.returncode & 0xFF != STATUS_CONTROL_C_EXIT & 0xFF:
    sys.exit(f"exit code {done.returncode:#x}: {done.stdout.decode(errors='replace')}")
