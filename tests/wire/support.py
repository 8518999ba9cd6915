"""Runs codex-wire as people do, and talks to it while it runs."""

import os
import select
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
TRACES = sorted((TESTS / "data" / "traces").glob("*.jsonl"))
# What old runtimes said; support/record_session.py made them.
OLD_TRACES = sorted((TESTS / "data" / "old_runtimes").glob("*.jsonl"))
HEADERS = TESTS.parent / "generated" / "include"
SCHEMA = TESTS.parent / "schema"
# A program for another system runs in its emulator.
WIRE = [*filter(None, [os.environ.get("CODEX_EMULATOR")]), os.environ["CODEX_WIRE"]]

# Time enough for anything that does come, on the slowest machine with sanitizers.
SOON = 60


def run(*arguments, stdin=b"", env=None):
    """The finished process, with bytes for stdout and stderr."""
    return subprocess.run(
        [*WIRE, *map(str, arguments)],
        input=stdin,
        capture_output=True,
        timeout=SOON,
        env={**os.environ, **(env or {})},
    )


def trace(name):
    return TESTS / "data" / "traces" / f"{name}.jsonl"


class Lines:
    """Reads lines from a descriptor, and fails rather than waits for ever."""

    def __init__(self, descriptor):
        self.descriptor = descriptor
        self.pending = b""

    def next(self):
        """The next line without its end; None at the end of the stream."""
        deadline = time.monotonic() + SOON
        while b"\n" not in self.pending:
            ready, _, _ = select.select([self.descriptor], [], [], deadline - time.monotonic())
            if not ready:
                raise AssertionError(f"no line came; so far: {self.pending!r}")
            more = os.read(self.descriptor, 1 << 16)
            if not more:
                assert self.pending == b"", f"half a line: {self.pending!r}"
                return None
            self.pending += more
        line, _, self.pending = self.pending.partition(b"\n")
        return line


class Running:
    """codex-wire, running beside the test."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [*WIRE, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.stdout = Lines(self.process.stdout.fileno())
        self.stderr = Lines(self.process.stderr.fileno())

    def write(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def ask(self, line):
        self.write(line + b"\n")
        return self.stdout.next()

    def end(self, signal_number=None):
        """Closes stdin or sends a signal; the exit code."""
        if signal_number is not None:
            self.process.send_signal(signal_number)
        self.process.stdin.close()
        return self.process.wait(SOON)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            try:
                stream.close()
            except BrokenPipeError:
                pass


class WireTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def file(self, *lines, name="recording.jsonl"):
        path = self.folder / name
        path.write_bytes(b"".join(line.encode() + b"\n" for line in lines))
        return path

    def assert_exit(self, process, code):
        self.assertEqual(process.returncode, code, process.stderr.decode(errors="replace"))


__all__ = [
    "HEADERS", "OLD_TRACES", "Running", "SCHEMA", "SOON", "TESTS", "TRACES", "WIRE", "WireTest",
    "run", "signal", "sys", "trace", "unittest",
]
