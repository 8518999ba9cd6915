"""Uses examples/supervisor as a person would.

usage: supervisor_test.py SUPERVISOR
"""

import os
import signal
import sys
import tempfile
from pathlib import Path

from program import Program, wait_until_gone

SUPERVISOR = os.path.abspath(sys.argv[1])
RUN = 'task Run it'  # the stand-in asks to run a command that writes note.txt


def tasks_are_done_and_approvals_wait_for_their_answers(folder):
    with Program([SUPERVISOR, folder]) as supervisor:
        supervisor.say("task Hello")
        supervisor.expect(r'agent \d is done: You said "Hello" in message 1')
        supervisor.say(RUN)
        supervisor.expect(r"^1: agent \d wants to run .*echo hello \| tee note\.txt")
        supervisor.say(RUN)
        supervisor.expect(r"^2: agent \d wants to run")
        supervisor.say("who")
        supervisor.expect(r"agent \d: Run it[^:]*\n(.*\n)*.*agent \d: Run it")
        supervisor.expect(r"^1: agent .*\n2: agent ")
        supervisor.say("no 2")
        supervisor.expect(r"is done: A tool said")
        assert not Path(folder, "note.txt").exists()
        supervisor.say("yes 1")
        supervisor.expect(r"is done: A tool said")
        assert Path(folder, "note.txt").read_text() == "hello\n"
        supervisor.process.stdin.close()
        assert supervisor.wait_for_end() == 0


def garbage_is_no_answer(folder):
    with Program([SUPERVISOR, folder]) as supervisor:
        supervisor.say(RUN)
        supervisor.expect("^1: agent")
        for garbage in ("yes", "yes 2", "yes 1 2", "yes -1", "yes 1e0", "y 1", "task",
                        b"\xff\x1b[2J\x00\n", "x" * 100_000):
            supervisor.say(garbage)
            supervisor.expect("^(nothing waits as|say task TEXT)")
        assert "\x1b" not in supervisor.output
        assert "is done" not in supervisor.output
        supervisor.process.stdin.close()  # nobody is left to answer
        assert supervisor.wait_for_end() == 0
        assert "is done: A tool said" in supervisor.output


def a_runtime_that_is_killed_is_started_again(folder):
    with Program([SUPERVISOR, folder]) as supervisor:
        supervisor.say(RUN)
        supervisor.expect("^1: agent")
        os.kill(supervisor.runtimes()[0], signal.SIGKILL)
        supervisor.expect(r"^2: agent \d wants to run")
        supervisor.await_output("the runtime has ended")  # another thread says it, before or after
        supervisor.say("yes 1")
        supervisor.expect("nothing waits as 1")
        supervisor.say("yes 2")
        supervisor.expect("is done: A tool said")
        assert supervisor.output.count("has started") == 2
        supervisor.process.stdin.close()
        assert supervisor.wait_for_end() == 0


def ctrl_c_ends_it_with_what_runs(folder):
    with Program([SUPERVISOR, folder]) as supervisor:
        for _ in range(6):
            supervisor.say(RUN)
        supervisor.expect("^4: agent")
        runtime = supervisor.runtimes()[0]
        supervisor.kill(signal.SIGINT)
        assert supervisor.wait_for_end() == 128 + signal.SIGINT
        assert "is done" not in supervisor.output
        wait_until_gone(runtime)


def a_supervisor_that_is_killed_leaves_no_runtime(folder):
    with Program([SUPERVISOR, folder]) as supervisor:
        supervisor.say(RUN)
        supervisor.expect("^1: agent")
        runtime = supervisor.runtimes()[0]
        supervisor.kill()
        assert supervisor.wait_for_end() == -signal.SIGKILL
        wait_until_gone(runtime)


def main():
    for test in (tasks_are_done_and_approvals_wait_for_their_answers, garbage_is_no_answer,
                 a_runtime_that_is_killed_is_started_again, ctrl_c_ends_it_with_what_runs,
                 a_supervisor_that_is_killed_leaves_no_runtime):
        print(test.__name__, flush=True)
        with tempfile.TemporaryDirectory() as folder:
            test(folder)


main()
