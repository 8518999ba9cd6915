"""A program under test, with pipes: says lines to it, waits for what it prints, and ends it."""

import os
import re
import selectors
import signal
import subprocess
import time
from pathlib import Path

PATIENCE = 60.0  # seconds for anything that has to appear


class Program:
    """Kills it when a test goes wrong."""

    def __init__(self, command):
        self.output = ""
        self.seen = 0
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind:
            print(self.output)
            self.process.kill()
            self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            pipe.close()

    def say(self, text):
        self.process.stdin.write(text if isinstance(text, bytes) else text.encode() + b"\n")
        self.process.stdin.flush()

    def read(self, deadline):
        """Adds what comes next to the output. False at its end."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise AssertionError("nothing came")
        piece = os.read(self.process.stdout.fileno(), 65536)
        self.output += piece.decode(errors="replace")
        return bool(piece)

    def expect(self, pattern):
        """Waits for it to appear behind what was expected before."""
        deadline = time.monotonic() + PATIENCE
        while not (match := re.compile(pattern, re.MULTILINE).search(self.output, self.seen)):
            if not self.read(deadline):
                raise AssertionError(f"never saw {pattern!r}")
        self.seen = match.end()
        return match

    def await_output(self, pattern):
        """Waits for it to appear anywhere."""
        deadline = time.monotonic() + PATIENCE
        while not re.search(pattern, self.output):
            if not self.read(deadline):
                raise AssertionError(f"never saw {pattern!r}")

    def wait_for_end(self):
        """Its exit code; minus the signal that killed it."""
        deadline = time.monotonic() + PATIENCE
        while self.read(deadline):
            pass
        return self.process.wait(max(1.0, deadline - time.monotonic()))

    def kill(self, number=signal.SIGKILL):
        self.process.send_signal(number)

    def runtimes(self):
        """The process ids of the runtimes that it has started and that run."""
        found = []
        for children in Path(f"/proc/{self.process.pid}/task").glob("*/children"):
            for child in read_or_nothing(children).decode().split():
                if b"CODEX_HOME=" in read_or_nothing(f"/proc/{child}/environ"):
                    found.append(int(child))
        return found

    def wait_for_runtimes(self, count):
        deadline = time.monotonic() + PATIENCE
        while len(found := self.runtimes()) < count:
            assert time.monotonic() < deadline, "no runtime"
            time.sleep(0.05)
        return found


def read_or_nothing(path):
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""


def wait_until_gone(pid):
    deadline = time.monotonic() + PATIENCE
    while is_running(pid):
        assert time.monotonic() < deadline, f"{pid} still runs"
        time.sleep(0.05)


def is_running(pid):
    status = read_or_nothing(f"/proc/{pid}/stat")
    return bool(status) and status.rpartition(b")")[2].split()[0] != b"Z"
