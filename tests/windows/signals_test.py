"""signals.cpp stops itself by events of its console, without a word. The last one of "all" ends it as
the system does. usage: signals_test.py [EMULATOR] PROGRAM once|all"""

import subprocess
import sys

STATUS_CONTROL_C_EXIT = 0xC000013A

expected = STATUS_CONTROL_C_EXIT if sys.argv[-1] == "all" else 0
done = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=100,
                      check=False)
if done.stdout or done.returncode & 0xFFFFFFFF != expected:
    sys.exit(f"exit code {done.returncode:#x}: {done.stdout.decode(errors='replace')}")
