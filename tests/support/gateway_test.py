"""Talks to examples/gateway as a chat service would, kills it, and starts it again.

usage: gateway_test.py GATEWAY
"""

import os
import queue
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

PATIENCE = 60.0  # seconds for anything that has to appear
NO_MESSAGE = "gateway: A message is ROOM: TEXT"


class Gateway:
    """A gateway that runs; killed when a test goes wrong."""

    def __init__(self, program, home):
        self.process = subprocess.Popen(
            [program, str(home / "rooms")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, "EXAMPLE_HOME": str(home)})
        self.lines = queue.Queue()
        self.transcript = []
        threading.Thread(target=self.read, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind:
            print("\n".join(self.transcript))
        self.kill()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line.decode(errors="replace").rstrip("\n"))

    def say(self, line):
        self.process.stdin.write(line if isinstance(line, bytes) else line.encode())
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()

    def expect(self, pattern):
        """Waits for a line that begins so; other rooms may speak before it."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                line = self.lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"never saw {pattern!r}") from None
            self.transcript.append(line)
            if re.match(pattern, line):
                return line

    def end(self):
        self.process.stdin.close()
        code = self.process.wait(timeout=PATIENCE)
        assert code == 0, f"ended with {code}"

    def kill(self):
        self.process.kill()
        self.process.wait()


def rooms_do_not_wait_for_each_other(gateway):
    gateway.say("kitchen: Hello")
    gateway.expect(r'kitchen: You said "Hello" in message 1\.')
    gateway.say("kitchen: Run it")
    gateway.expect(r"kitchen: May I run .*echo hello.*\? \(yes/no\)")
    gateway.say("hall: yes")  # another room's answer is none
    gateway.expect(r'hall: You said "yes" in message 1\.')
    gateway.say("kitchen: no")
    gateway.expect(r"kitchen: A tool said: .*rejected")
    gateway.say("kitchen: Run it")
    gateway.expect(r"kitchen: May I run ")
    gateway.say("kitchen: yes")
    gateway.expect(r"kitchen: A tool said: .*hello")


def a_stop_interrupts(gateway):
    gateway.say("hall: Count")
    gateway.say("hall: and what waits")
    gateway.say("hall: /stop")
    gateway.expect(r"hall: Stopped\.")
    gateway.say("hall: /stop")  # nothing runs, and the next message is not stopped
    gateway.say("hall: Hello")
    gateway.expect(r'hall: You said "Hello"')
    gateway.say("hall: Run it")
    gateway.expect(r"hall: May I run ")
    gateway.say("hall: /stop")
    gateway.expect(r"hall: Stopped\.")
    gateway.say("hall: yes")  # no question is left that this could answer
    gateway.expect(r'hall: You said "yes"')


def garbage_is_survived(gateway):
    for garbage in ["", ":", "kitchen", "kitchen:", "kitchen:  ", "a b: c", "../x: y", b"\xff\xfe: x",
                    "x" * 1_000_000, "x" * 65 + ": long", b"kit\0chen: x", "ä: x"]:
        gateway.say(garbage)
        gateway.expect(NO_MESSAGE)
    gateway.say(b"kitchen: \xff\xfe")
    gateway.expect("kitchen: ")
    for number in range(60):
        gateway.say(f"busy: {number}")
    gateway.expect(r"busy: Too much at once")
    gateway.say("busy: /stop")
    for number in range(200):
        gateway.say(f"room{number}: /stop")
    gateway.expect("gateway: No room")
    gateway.say("kitchen: Hello")
    gateway.expect(r'kitchen: You said "Hello"')


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory(prefix="gateway-", dir=Path.cwd()) as folder:
        home = Path(folder).resolve()
        with Gateway(program, home) as gateway:
            rooms_do_not_wait_for_each_other(gateway)
            a_stop_interrupts(gateway)
            garbage_is_survived(gateway)
            gateway.end()
        with Gateway(program, home) as gateway:  # it remembers
            gateway.say("kitchen: Hello")
            gateway.expect(r'kitchen: You said "Hello" in message ([2-9]|1\d)\.')
            gateway.say("kitchen: Run it")
            gateway.expect(r"kitchen: May I run ")
            gateway.kill()
        with Gateway(program, home) as gateway:  # killed in the middle of a question
            gateway.say("kitchen: Hello")
            gateway.expect(r'kitchen: You said "Hello" in message ([2-9]|1\d)\.')
            gateway.say("kitchen: Run it")
            gateway.expect(r"kitchen: May I run ")
            gateway.end()  # nobody can answer any more


if __name__ == "__main__":
    main()
