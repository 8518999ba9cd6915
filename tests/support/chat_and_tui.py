"""Attaches examples/chat and the runtime's own TUI to one runtime, side by side in tmux.

usage: chat_and_tui.py CHAT

The model is the stand-in of another chat, so nothing leaves this machine: its config.toml turns off
what a runtime and the TUI do on the network by themselves.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from chat_on_terminal import CTRL_D, PATIENCE, Terminal, runtime_of
from program import read_or_nothing


class Tmux:
    """Windows of programs, in a tmux server of its own."""

    def __init__(self, folder, env):
        self.command = ["tmux", "-S", str(folder / "tmux.sock"), "-f", "/dev/null"]
        self.env = env | {"TERM": "screen-256color"}
        self.windows = 0

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind:
            for window in range(self.windows):
                print(f"--- window {window}\n{self.screen(window)}")
        self.run("kill-server", check=False)

    def run(self, *arguments, check=True, **options):
        return subprocess.run([*self.command, *arguments], env=self.env, check=check, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, **options).stdout

    def open(self, cwd, *program):
        """Returns the window's number."""
        if self.windows == 0:
            self.run("start-server", ";", "set-option", "-g", "remain-on-exit", "on", ";",
                     "new-session", "-d", "-s", "test", "-x", "110", "-y", "60", "-c", cwd, *program)
        else:
            self.run("new-window", "-d", "-t", "test", "-c", cwd, *program)
        self.windows += 1
        return self.windows - 1

    def screen(self, window):
        """What is and was on it; lines that were wrapped are one."""
        return self.run("capture-pane", "-p", "-J", "-S", "-500", "-t", f"test:{window}")

    def visible(self, window):
        return self.run("capture-pane", "-p", "-J", "-t", f"test:{window}")

    def type(self, window, text):
        self.run("send-keys", "-t", f"test:{window}", "-l", text)

    def key(self, window, name):
        self.run("send-keys", "-t", f"test:{window}", name)

    def expect(self, window, pattern, look=None, present=True):
        deadline = time.monotonic() + PATIENCE
        look = look or self.screen
        while bool(match := re.search(pattern, look(window), re.MULTILINE)) != present:
            if time.monotonic() > deadline:
                raise AssertionError(f"window {window}: {pattern!r} is{' not' * present} there")
            time.sleep(0.05)
        return match

    def say(self, window, text):
        self.type(window, text)
        self.key(window, "Enter")

    def tell(self, window, text):
        """To the TUI, which takes Enter at once after text for a part of what was pasted."""
        self.type(window, text)
        self.expect(window, rf"^› {re.escape(text)}\s*$", self.visible)
        self.press(window, "Enter", lambda: self.has_in_composer(window, text))

    def choose(self, window, name, question):
        self.press(window, name, lambda: question in self.visible(window))

    def press(self, window, name, is_open):
        """Until it helps: the TUI shows a question before it listens, and loses what comes early."""
        deadline = time.monotonic() + 3 * PATIENCE
        while is_open():
            if time.monotonic() > deadline:
                raise AssertionError(f"window {window}: {name} does nothing")
            self.key(window, name)
            patience = time.monotonic() + PATIENCE / 2  # twice would be a key too many
            while is_open() and time.monotonic() < patience:
                time.sleep(0.05)

    def has_in_composer(self, window, text):
        """Whether the TUI's last input line, which may also be a choice, has this text."""
        lines = [line for line in self.visible(window).splitlines() if line.startswith("› ")]
        return bool(lines) and lines[-1].startswith("› " + text)


def decline_offers(tmux, tui):
    """The TUI may ask whether another model shall be used before it shows the thread."""
    shown = tmux.expect(tui, r"Use existing model|You said")[0]
    if shown == "Use existing model":
        tmux.choose(tui, "2", shown)


def await_end_of_turn(tmux, chat, tui):
    """What is said before the end becomes a part of the turn that runs."""
    tmux.expect(chat, r"^> ?\s*\Z", tmux.visible)
    tmux.expect(tui, r"esc to interrupt", tmux.visible, present=False)


def a_turn_shows_on_both(tmux, chat, tui):
    await_end_of_turn(tmux, chat, tui)
    tmux.say(chat, "Hello from the chat")
    for window in (chat, tui):
        tmux.expect(window, r'You said "Hello from the chat" in message 2\.')
    await_end_of_turn(tmux, chat, tui)
    tmux.tell(tui, "Hello from the TUI")
    for window in (tui, chat):
        tmux.expect(window, r'You said "Hello from the TUI" in message 3\.')
    tmux.expect(chat, r"^\[elsewhere\] Hello from the TUI$")


def an_approval_is_answered_once(tmux, chat, tui, workspace):
    note = Path(workspace) / "note.txt"
    await_end_of_turn(tmux, chat, tui)
    tmux.say(chat, "Run it")
    tmux.expect(chat, r"\[y\]es, \[n\]o")
    tmux.expect(tui, r"Would you like to run", tmux.visible)
    assert not note.exists()
    tmux.choose(tui, "y", "Would you like to run")
    tmux.expect(chat, r"\[no longer asked\]")
    tmux.expect(chat, r"^\[exit 0\]")
    assert note.read_text() == "hello\n"
    note.unlink()

    await_end_of_turn(tmux, chat, tui)
    tmux.tell(tui, "Run it once more")
    tmux.expect(tui, r"Would you like to run", tmux.visible)
    tmux.expect(chat, r"\[elsewhere\] Run it once more[\s\S]*\[y\]es, \[n\]o")
    tmux.type(chat, "y")
    tmux.key(chat, "Enter")
    tmux.expect(tui, r"Would you like to run", tmux.visible, present=False)
    tmux.expect(chat, r"^\[exit 0\][\s\S]*^\[exit 0\]")
    assert note.read_text() == "hello\n"


def main(program):
    with Terminal([program]) as host, tempfile.TemporaryDirectory() as folder:
        host.expect("^> ")  # its stand-in answers other runtimes, too
        env, workspace = runtime_of(host.pid)
        runtime = runtime_program(host.pid)
        endpoint = f"unix://{workspace}/agent.sock"
        server = subprocess.Popen([runtime, "app-server", "--listen", endpoint], env=env,
                                  cwd=workspace, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            with Tmux(Path(folder), env) as tmux:
                deadline = time.monotonic() + PATIENCE
                while not os.path.exists(f"{workspace}/agent.sock"):
                    assert time.monotonic() < deadline and server.poll() is None
                    time.sleep(0.05)
                chat = tmux.open(workspace, program, "--attach", endpoint)
                thread = tmux.expect(chat, r"^Thread ([0-9a-f-]{36})")[1]
                tmux.say(chat, "Hello there")
                tmux.expect(chat, r'You said "Hello there" in message 1\.')
                tui = tmux.open(workspace, runtime, "resume", thread, "--remote", endpoint)
                decline_offers(tmux, tui)
                tmux.expect(tui, r'You said "Hello there" in message 1\.')
                a_turn_shows_on_both(tmux, chat, tui)
                an_approval_is_answered_once(tmux, chat, tui, workspace)
                await_end_of_turn(tmux, chat, tui)
                tmux.key(chat, "C-d")
                tmux.expect(chat, rf"Go on with: chat --attach {endpoint} --thread {thread}")
                again = tmux.open(workspace, program, "--attach", endpoint, "--thread", thread)
                tmux.expect(again, "^Thread " + thread)
                tmux.say(again, "Still there?")
                tmux.expect(tui, r'You said "Still there\?" in message \d\.')
        finally:
            server.kill()
            server.wait()
        host.type(CTRL_D)
        host.expect_end()


def runtime_program(pid):
    """The runtime that the program started."""
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in read_or_nothing(children).decode().split():
            if b"CODEX_HOME=" in read_or_nothing(f"/proc/{child}/environ"):
                return os.readlink(f"/proc/{child}/exe")
    raise AssertionError("no runtime")


main(os.path.abspath(sys.argv[1]))
