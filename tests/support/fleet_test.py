"""A small fleet on this machine: a queue, two "machines" with two workers each, 60 jobs, garbage,
and workers that are killed, stopped and interrupted in the middle of their jobs.

usage: fleet_test.py FLEET FLEET_MODEL NATS_SERVER
"""

import codecs
import json
import os
import pty
import random
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from program import Program, wait_until_gone

FLEET, FLEET_MODEL, NATS_SERVER = (os.path.abspath(word) for word in sys.argv[1:4])
SEED = int(os.environ.get("FLEET_SEED", "19"))
LEASE = "4"
GARBAGE = [b"", b"hello", b"{", b"[]", b'{"id":1}', b'{"id":"a b","prompt":"x","repository":"/"}',
           b"\xff\xfe\x00\x1b[2J", b"[" * 10_000, b"x" * 100_000]


class Place:
    """The server, the model, and what every program of the fleet is told."""

    def __init__(self, folder):
        self.repository = folder / "repository"
        self.repository.mkdir()
        self.homes = [folder / "machine-1", folder / "machine-2"]
        self.store = folder / "store"
        self.server, self.port = start_server(self.store)
        self.model = Program([FLEET_MODEL, *map(str, self.homes)])
        environments = json.loads(self.model.expect(r"^\[.*\]$").group(0))
        url = f"nats://127.0.0.1:{self.port}"
        self.environments = [{**os.environ, **values, "NATS_URL": url} for values in environments]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in [*Fleet.started, self.model.process]:
            process.kill()
            process.wait()
        self.server.kill()
        self.server.wait()

    def run(self, *words):
        """What `fleet WORDS` prints."""
        done = subprocess.run([FLEET, *words], env=self.environments[0], capture_output=True,
                              text=True, timeout=60, check=False)
        assert done.returncode == 0, done
        return done.stdout

    def submit(self, name, *prompts, options=()):
        self.run("submit", "--repository", str(self.repository), "--id", name, *options, *prompts)

    def worker(self, machine=0, *options):
        return Worker(self.environments[machine], options)

    def watch(self, jobs):
        return Fleet(self.environments[0], ["watch", "--jobs", str(jobs)])

    def results(self, *options):
        return [json.loads(line) for line in self.run("results", *options).splitlines()]

    def result(self, job):
        """Waits for it."""
        deadline = time.monotonic() + 60
        while True:
            found = [result for result in self.results() if result["job"] == job]
            assert len(found) < 2, found
            if found:
                return found[0]
            assert time.monotonic() < deadline, f"no result of {job}"
            time.sleep(0.1)

    def publish(self, subject, data):
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as peer:
            peer.sendall(b'CONNECT {"verbose":false,"pedantic":false}\r\n'
                         + f"PUB {subject} {len(data)}\r\n".encode() + data + b"\r\nPING\r\n")
            received = b""
            while b"PONG" not in received:
                piece = peer.recv(4096)
                assert piece, received
                received += piece


class Fleet(Program):
    started = []  # none may outlive the test

    def __init__(self, environment, words):
        old = dict(os.environ)
        os.environ.update(environment)  # Program gives its own on
        try:
            super().__init__([FLEET, *words])
            Fleet.started.append(self.process)
        finally:
            os.environ.clear()
            os.environ.update(old)


class OnTerminal:
    """`fleet WORDS` on a terminal."""

    def __init__(self, environment, words):
        self.terminal, its_side = pty.openpty()
        self.process = subprocess.Popen([FLEET, *words], env=environment, stdout=its_side)
        os.close(its_side)
        self.output = ""
        self.decoder = codecs.getincrementaldecoder("utf-8")()

    def expect(self, text):
        while text not in self.output:
            assert select.select([self.terminal], [], [], 60)[0], self.output
            self.output += self.decoder.decode(os.read(self.terminal, 65536))

    def end(self):
        try:
            while piece := os.read(self.terminal, 65536):
                self.output += self.decoder.decode(piece)
        except OSError:
            pass  # it has closed its side
        os.close(self.terminal)
        return self.process.wait(60)


class Worker(Fleet):
    def __init__(self, environment, options):
        super().__init__(environment, ["work", "--live", "--lease", LEASE, "--attempts", "50",
                                       *options])

    def end(self):
        self.kill(signal.SIGINT)
        assert self.wait_for_end() == 128 + signal.SIGINT, self.output


def start_server(store):
    """The server, and the free port that it has picked."""
    server = subprocess.Popen([NATS_SERVER, "-js", "-a", "127.0.0.1", "-p", "-1", "-sd", str(store)],
                              stderr=subprocess.PIPE, text=True)
    for line in server.stderr:
        if found := re.search(r"Listening for client connections on 127\.0\.0\.1:(\d+)", line):
            port = int(found.group(1))
        if "Server is ready" in line:
            return server, port
    raise AssertionError("nats-server does not start")


def every_job_has_one_result_whoever_is_killed(place):
    chance = random.Random(SEED)
    jobs = [f"Number {number}" for number in range(1, 61)]
    for number, data in enumerate(GARBAGE):  # before, between and behind
        place.publish(f"fleet.jobs.garbage-{number}", data)
        place.submit(f"part{number}", *jobs[number::len(GARBAGE)])
    workers = [place.worker(number % 2) for number in range(4)]
    kills = {5, 10, 14, 19, 25, 30, 38, 45}  # after so many results
    with place.watch(60) as watch:
        for count in range(1, 61):
            watch.expect(r"^part\d-\d: done")
            if count in kills:
                number = chance.randrange(4)
                workers[number].kill()
                assert workers[number].wait_for_end() == -signal.SIGKILL
                workers[number] = place.worker(number % 2)
        assert watch.wait_for_end() == 0
        assert watch.output.rstrip().splitlines()[-1].startswith(f"[{'=' * 30}] 60/60"), watch.output
    for worker in workers:
        worker.end()
    results = place.results()
    assert len({result["job"] for result in results}) == len(results) == 60, results
    answers = [re.search(r'(Number \d+)" in message \d+\.$', result["answer"]).group(1)
               for result in results]
    assert sorted(answers) == sorted(jobs), results
    print("  taken over:", [result["job"] for result in results if result["attempt"] > 1])


def what_is_no_job_is_kept_with_its_reason(place):
    letters = place.results("--dead")
    assert sorted(letter["subject"] for letter in letters) == sorted(
        f"fleet.jobs.garbage-{number}" for number in range(len(GARBAGE))), letters
    for letter in letters:
        assert letter["reason"] and len(letter["text"]) <= 6000, letter


def the_next_worker_goes_on_in_the_same_thread_on_the_same_machine(place):
    place.submit("same", "Hold same")
    with place.worker() as first, place.worker() as second:
        killed, other = wait_for_one(first, second, "same-1 runs")
        place.model.expect("^holds same$")
        killed.kill()
        assert killed.wait_for_end() == -signal.SIGKILL
        other.expect("same-1 runs")
        place.model.say("same")
        result = place.result("same-1")
        assert result["attempt"] == 2 and result["answer"].endswith("in message 2."), result
        other.end()


def on_another_machine_it_begins_anew(place):
    place.submit("moved", "Hold moved")
    with place.worker() as first:
        place.model.expect("^holds moved$")
        first.kill()
        first.wait_for_end()
    with place.worker(1) as second:
        second.expect("moved-1 runs")
        place.model.say("moved")
        result = place.result("moved-1")
        assert result["attempt"] == 2 and result["answer"].endswith("in message 1."), result
        second.end()


def ctrl_c_gives_a_job_back_at_once(place):
    place.submit("back", "Hold back")
    with place.worker(0, "--lease", "600") as first:
        place.model.expect("^holds back$")
        runtime = first.wait_for_runtimes(1)[0]
        first.end()
        assert "back-1 is given back" in first.output, first.output
        wait_until_gone(runtime)
    with place.worker(0, "--lease", "600") as second:
        second.expect("back-1 runs")
        place.model.say("back")
        second.expect("back-1 is done")
        second.end()
    result = place.result("back-1")
    assert result["attempt"] == 2 and result["answer"].endswith("in message 2."), result


def a_worker_that_was_away_too_long_is_not_heard(place):
    place.submit("away", "Hold away")
    with place.worker() as asleep:
        place.model.expect("^holds away$")
        asleep.kill(signal.SIGSTOP)
        with place.worker(1) as other:
            other.expect("away-1 runs")
            asleep.kill(signal.SIGCONT)
            asleep.expect("away-1 is with another worker now")
            place.model.say("away")
            other.expect("away-1 is done")
            other.end()
        asleep.end()
    assert place.result("away-1")["attempt"] == 2


def the_first_result_stays(place):
    """Another worker's result is there while this one still works, and does not know of it."""
    place.submit("twice", "Hold twice")
    with place.worker() as worker:
        place.model.expect("^holds twice$")
        first = {"job": "twice-1", "status": "done", "answer": "first", "reason": None, "tokens": 1,
                 "worker": "another", "attempt": 1, "thread": ""}
        place.publish("fleet.log.result.twice-1", json.dumps(first).encode())
        assert place.result("twice-1") == first
        place.model.say("twice")
        worker.expect("twice-1 was answered by another worker")
        worker.end()
    assert place.result("twice-1") == first


def a_runtime_that_is_killed_costs_one_attempt(place):
    place.submit("runtime", "Hold runtime")
    with place.worker() as worker:
        place.model.expect("^holds runtime$")
        os.kill(worker.wait_for_runtimes(1)[0], signal.SIGKILL)
        place.model.say("runtime")  # lets the next attempt pass
        assert place.result("runtime-1")["status"] == "done"
        worker.end()


def budgets_end_a_job(place):
    place.submit("spend", "Spend", options=["--tokens", "1200"])
    place.submit("slow", "Hold slow", options=["--seconds", "10"])
    with place.worker() as worker:
        spent = place.result("spend-1")
        assert spent["status"] == "over budget" and spent["tokens"] > 1200, spent
        assert "of 1200" in spent["reason"], spent
        late = place.result("slow-1")
        assert late["status"] == "out of time" and late["answer"] is None and late["reason"], late
        worker.end()


def a_job_that_nobody_survives_is_given_up(place):
    place.submit("lost", "Hold lost")
    for _ in range(2):
        with place.worker(0, "--attempts", "2") as worker:
            worker.expect("lost-1 runs")
            worker.kill()
            worker.wait_for_end()
    with place.worker(0, "--attempts", "2") as worker:
        result = place.result("lost-1")
        assert result["status"] == "given up" and result["attempt"] == 3, result
        worker.end()


def a_terminal_shows_a_bar_and_what_is_said(place):
    place.submit("shown", "Hold shown")
    watch = OnTerminal(place.environments[0], ["watch"])
    with place.worker() as worker:
        watch.expect("unreadable shown-1: Holding. ")
        place.model.say("shown")
        watch.expect("shown-1: done")
        worker.end()
    assert watch.end() == 1, watch.output  # of the jobs before, some are not done
    last = watch.output.rstrip().rpartition("\x1b[K")[2]
    done = re.match(r"\[={30}\] (\d+)/(\d+), \d+ unreadable$", last)
    assert done and done.group(1) == done.group(2), watch.output


def a_long_answer_is_cut(place):
    place.submit("long", "Long")
    with place.worker() as worker:
        result = place.result("long-1")
        assert result["status"] == "done" and result["answer"] == "x" * 100_000, result["status"]
        worker.end()


def a_folder_that_is_missing_is_the_jobs_own_failure(place):
    place.run("submit", "--repository", str(place.repository / "missing"), "--id", "missing", "Hello")
    with place.worker() as worker:
        result = place.result("missing-1")
        assert result["status"] == "failed" and "/missing" in result["reason"], result
        worker.end()


def the_server_may_start_again(place):
    place.submit("restart", "Hold restart")
    with place.worker() as worker:
        worker.expect("restart-1 runs")
        place.server.kill()
        place.server.wait()
        place.server = subprocess.Popen(
            [NATS_SERVER, "-js", "-a", "127.0.0.1", "-p", str(place.port), "-sd", str(place.store)],
            stderr=subprocess.DEVNULL)
        place.model.say("restart")
        worker.expect("restart-1 (is done|was answered by another worker)")  # by its own retry
        worker.end()
    assert place.result("restart-1")["status"] == "done"


def a_wrong_command_line_does_nothing(place):
    for words in ([], ["submit"], ["dance"], ["work", "--lease", "0"], ["watch", "now"],
                  ["submit", "--id", "a b", "Hello"], ["submit", "--tokens", "many", "Hello"]):
        done = subprocess.run([FLEET, *words], env=place.environments[0], capture_output=True,
                              text=True, timeout=60, check=False)
        assert done.returncode == 2 and done.stderr, done


def wait_for_one(first, second, words):
    """Which of the two printed it, and the other one."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for one, other in ((first, second), (second, first)):
            try:
                one.read(time.monotonic() + 0.1)
            except AssertionError:
                pass
            if words in one.output:
                return one, other
    raise AssertionError(f"nobody said {words!r}")


def main():
    # The runtime dislikes homes below the temporary folder.
    with tempfile.TemporaryDirectory(prefix="fleet-", dir=Path.cwd()) as folder:
        with Place(Path(folder).resolve()) as place:
            for test in (a_wrong_command_line_does_nothing,
                         every_job_has_one_result_whoever_is_killed,
                         what_is_no_job_is_kept_with_its_reason,
                         the_next_worker_goes_on_in_the_same_thread_on_the_same_machine,
                         on_another_machine_it_begins_anew, ctrl_c_gives_a_job_back_at_once,
                         a_worker_that_was_away_too_long_is_not_heard,
                         the_first_result_stays, a_runtime_that_is_killed_costs_one_attempt, budgets_end_a_job,
                         a_job_that_nobody_survives_is_given_up,
                         a_terminal_shows_a_bar_and_what_is_said,
                         a_long_answer_is_cut, a_folder_that_is_missing_is_the_jobs_own_failure,
                         the_server_may_start_again):
                begin = time.monotonic()
                print(test.__name__, flush=True)
                test(place)
                print(f"  {time.monotonic() - begin:.1f} s", flush=True)


main()
