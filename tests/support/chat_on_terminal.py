"""Talks to examples/chat on a terminal, as a person would.

usage: chat_on_terminal.py CHAT
"""

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from pathlib import Path

from program import read_or_nothing

PATIENCE = 60.0  # seconds for anything that has to appear
CTRL_C = "\x03"
CTRL_D = "\x04"


class Terminal:
    """A program on a terminal of its own; kills it when a test goes wrong."""

    def __init__(self, command, env=None, cwd=None):
        self.transcript = ""
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.seen = 0
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(cwd or ".")
            os.execve(command[0], command, env or dict(os.environ))

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind:
            print(self.transcript)
            if self.pid:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
        os.close(self.terminal)

    def read(self, deadline):
        """Adds what comes next to the transcript. False at its end."""
        wait = max(0.0, deadline - time.monotonic())
        if not select.select([self.terminal], [], [], wait)[0]:
            raise TimeoutError("nothing came")
        try:
            piece = os.read(self.terminal, 65536)
        except OSError:  # the other end is closed
            return False
        # A character or a line end may come in two pieces.
        self.transcript = (self.transcript + self.decoder.decode(piece)).replace("\r\n", "\n")
        return bool(piece)

    def expect(self, pattern):
        """Waits for it to appear behind what was expected before."""
        deadline = time.monotonic() + PATIENCE
        while not (match := re.compile(pattern, re.MULTILINE).search(self.transcript, self.seen)):
            try:
                alive = self.read(deadline)
            except TimeoutError:
                alive = False
            if not alive:
                raise AssertionError(f"never saw {pattern!r}")
        self.seen = match.end()
        return match

    def resize(self, columns, rows):
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, keys):
        os.write(self.terminal, keys.encode())

    def say(self, line):
        self.expect("^> ")
        self.type(line + "\n")

    def expect_end(self):
        deadline = time.monotonic() + PATIENCE
        while self.read(deadline):
            pass
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        self.pid = 0
        assert status == 0, f"ended with {status}"


def runtime_of(pid):
    """The environment and the folder of the runtime that the program started."""
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in read_or_nothing(children).decode().split():
            entries = read_or_nothing(f"/proc/{child}/environ").split(b"\0")
            env = dict(os.fsdecode(entry).split("=", 1) for entry in entries if b"=" in entry)
            if "CODEX_HOME" in env:
                return env, os.readlink(f"/proc/{child}/cwd")
    raise AssertionError("no runtime")


def streams_and_asks(chat, workspace):
    chat.say("Hello there")
    chat.expect(r'You said "Hello there" in message 1\.')

    chat.say("Run it")
    chat.expect(r"The agent asks to run a command\.")
    chat.expect(r"\[y\]es, \[n\]o")
    assert not (workspace / "note.txt").exists()
    chat.type("y\n")
    chat.expect(r"hello\n\[exit 0\]")
    assert "\n$ /bin/bash -lc 'echo hello | tee note.txt'\n" in chat.transcript
    assert (workspace / "note.txt").read_text() == "hello\n"

    chat.say("Patch it")
    chat.expect(r"poem\.txt\nRoses are red\n\[patch completed\]")
    assert (workspace / "poem.txt").read_text() == "Roses are red\n"


def steers_and_interrupts(chat):
    chat.say("Count to 200")
    chat.expect("2 3 4 ")
    chat.type("Name a prime\n")
    chat.expect(r"\[steered\]")
    chat.expect(r'You said "Name a prime" in message 5\.')

    chat.say("Count once more")
    chat.expect("2 3 4 ")
    chat.type(CTRL_C)
    chat.expect(r"\[interrupted\]")

    chat.say("Run it again")
    chat.expect(r"\[y\]es, \[n\]o")
    chat.type(CTRL_C)
    chat.expect(r"\[interrupted\]")


def typed_ahead_lines_do_not_answer(chat, workspace):
    chat.say("Run it")
    chat.expect(r"\[y\]es, \[n\]o")
    chat.type("n\ny\ny\n")  # as when pasted
    chat.expect(r"\[declined\]")

    chat.say("Run it and ask again")
    chat.expect(r"\[y\]es, \[n\]o")
    chat.type("what?\ny\ny\n")
    chat.expect(r"\[y\]es, \[n\]o")
    chat.type("n\n")
    chat.expect(r"\[declined\]")
    assert not (workspace / "note.txt").exists()


def output_waits_while_a_person_is_asked(chat, workspace):
    chat.say("Fool me")
    chat.expect(r"\| /bin/bash -lc 'echo fooled \| tee note\.txt'")
    chat.expect(r"\[y\]es, \[n\]o, \[c\]ancel the turn: ")
    asked = chat.seen
    (workspace / "go").touch()
    deadline = time.monotonic() + PATIENCE
    while not (workspace / "printed").exists():
        assert time.monotonic() < deadline, "the other command does not run"
        time.sleep(0.1)
    # Where it were shown, it would come now. Nothing does.
    try:
        chat.read(time.monotonic() + 3)
    except TimeoutError:
        pass
    assert chat.transcript[asked:] == "", chat.transcript[asked:]
    chat.type("n\n")
    chat.expect(r"\n{26}The agent asks to run a command\.\nCommand:\n  \| ls\n")
    assert not (workspace / "note.txt").exists()


def text_does_not_control_the_terminal(chat):
    chat.say("C1 \x9b2J, bidi \u202e, zero-width \u200b, tags \U000e0041")
    chat.expect(r'You said "C1 \\x9b2J, bidi \\u202e, zero-width \\u200b, tags \\U000e0041"')


def narrow_terminals_are_asked_what_fits(chat):
    chat.resize(columns=30, rows=24)
    chat.say("Run it on a narrow terminal")
    chat.expect(r"  \| /bin/bash -lc 'echo hello\n  \|  \| tee note\.txt'\n")
    chat.expect(r"\[y\]es, \[n\]o")
    chat.type("n\n")
    chat.expect(r"\[declined\]")
    chat.resize(columns=10, rows=24)
    chat.say("Run it where nobody can read it")
    chat.expect(r"more than this terminal can show")
    chat.expect(r"\[declined\]")
    chat.resize(columns=80, rows=24)


def resumes(command, env, workspace, message):
    with Terminal(command, env, workspace) as chat:
        chat.say("Still there?")
        chat.expect(rf'You said "Still there\?" in message {message}\.')
        chat.expect("^> ")
        chat.type(CTRL_D)
        chat.expect_end()


def main(program):
    with Terminal([program]) as host:  # for its stand-in, which answers other runtimes, too
        host.expect("^> ")
        env, workspace = runtime_of(host.pid)

        with Terminal([program, "--live"], env, workspace) as chat:
            text_does_not_control_the_terminal(chat)
            typed_ahead_lines_do_not_answer(chat, Path(workspace))
            output_waits_while_a_person_is_asked(chat, Path(workspace))
            narrow_terminals_are_asked_what_fits(chat)
            chat.expect("^> ")
            chat.type(CTRL_D)
            chat.expect_end()

        with Terminal([program, "--live"], env, workspace) as chat:
            streams_and_asks(chat, Path(workspace))
            steers_and_interrupts(chat)
            chat.expect("^> ")
            chat.type(CTRL_C)
            thread_id = chat.expect("chat --resume ([0-9a-f-]{36})\n")[1]
            chat.expect_end()

        resumes([program, "--live", "--resume", thread_id], env, workspace, 8)
        resumes([program, "--live", "--last"], env, workspace, 9)

        host.type(CTRL_D)
        host.expect_end()


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
