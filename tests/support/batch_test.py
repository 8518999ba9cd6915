"""Runs examples/batch as a CI job would.

usage: batch_test.py BATCH
"""

import json
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

from program import Program, wait_until_gone

BATCH = os.path.abspath(sys.argv[1])
SLOW = "Count to 200"  # ten seconds


def lines_of(program):
    return {Path(line["folder"]).name: line for line in map(json.loads, program.output.splitlines())}


def status_of(lines):
    return {folder: line["status"] for folder, line in lines.items()}


def a_bad_folder_costs_its_own_line_only(folders):
    with Program([BATCH, "--at-once", "2", "Look", *folders, folders[0] + "/none"]) as batch:
        assert batch.wait_for_end() == 1
        lines = lines_of(batch)
        assert status_of(lines) == {"a": "passed", "b": "passed", "c": "passed", "none": "failed"}
        assert lines["a"]["verdict"]["summary"] == "an example", lines
        assert "none" in lines["none"]["error"], lines


def all_folders_that_pass_are_success(folders):
    with Program([BATCH, "Look", *folders]) as batch:
        assert batch.wait_for_end() == 0


def each_folder_has_its_time(folders):
    with Program([BATCH, "--at-once", "3", "--seconds", "6", SLOW, *folders[:2]]) as batch:
        assert batch.wait_for_end() == 1
        lines = lines_of(batch)
        assert status_of(lines) == {"a": "out of time", "b": "out of time"}
        # What was said in time; a slow machine said less.
        assert "1 2 3 ".startswith(lines["a"]["said"][:6]), lines


def ctrl_c_stops_what_runs_and_writes_what_is_there(folders):
    with Program([BATCH, "--at-once", "2", SLOW, *folders]) as batch:
        runtimes = batch.wait_for_runtimes(2)
        time.sleep(1)  # so that turns run, though none of the checks below needs it
        batch.kill(signal.SIGINT)
        assert batch.wait_for_end() == 128 + signal.SIGINT
        lines = lines_of(batch)
        assert status_of(lines) == {"a": "stopped", "b": "stopped", "c": "skipped"}
        assert "1 2 3 ".startswith(lines["a"]["said"][:6]), lines
        for runtime in runtimes:
            wait_until_gone(runtime)


def a_runtime_that_is_killed_costs_its_folder_only(folders):
    with Program([BATCH, "--at-once", "1", "--seconds", "6", SLOW, *folders[:2]]) as batch:
        os.kill(batch.wait_for_runtimes(1)[0], signal.SIGKILL)
        assert batch.wait_for_end() == 1
        assert status_of(lines_of(batch)) == {"a": "failed", "b": "out of time"}


def a_batch_that_is_killed_leaves_no_runtime(folders):
    with Program([BATCH, SLOW, *folders[:1]]) as batch:
        runtime = batch.wait_for_runtimes(1)[0]
        batch.kill()
        assert batch.wait_for_end() == -signal.SIGKILL
        wait_until_gone(runtime)


def a_wrong_command_line_starts_nothing(folders):
    for words in (["Look"], [], ["--at-once", "0", "Look", *folders], ["--fast", "1", "Look", "."],
                  ["--seconds", "soon", "Look", "."], ["--at-once"]):
        with Program([BATCH, *words]) as batch:
            assert batch.wait_for_end() == 2, words
            assert "usage: batch" in batch.output, words


def main():
    with tempfile.TemporaryDirectory() as root:
        folders = [f"{root}/{name}" for name in "abc"]
        for folder in folders:
            os.mkdir(folder)
        for test in (a_bad_folder_costs_its_own_line_only, all_folders_that_pass_are_success,
                     each_folder_has_its_time, ctrl_c_stops_what_runs_and_writes_what_is_there,
                     a_runtime_that_is_killed_costs_its_folder_only,
                     a_batch_that_is_killed_leaves_no_runtime,
                     a_wrong_command_line_starts_nothing):
            print(test.__name__, flush=True)
            test(folders)


main()
