"""A copy of this repository, with another protocol, that is built and tested separately."""

from __future__ import annotations

import collections.abc
import contextlib
import ctypes
import filecmp
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree

from .bump import notes_in
from .trust import Failure, locked

PROTOCOL = ("schema/runtime.json", "schema/history.json", "schema/corrections.json",
            "schema/stable", "schema/experimental", "generated/include", "generated/src")
PRESET = "dev"
# Quick to build; tools/test finds what only the optimiser shows.
CONFIGURE = ["-DCMAKE_UNITY_BUILD=ON", "-DCMAKE_UNITY_BUILD_BATCH_SIZE=6",
             "-DCMAKE_CXX_FLAGS_DEBUG=-O0"]


class BuildFailure(Failure):
    """It does not compile."""


class TrialTree:
    """Children get `keep_open`, a descriptor, so that a lock lasts as long as they do."""

    def __init__(self, root: pathlib.Path, folder: pathlib.Path,
                 say: collections.abc.Callable[[str], None], keep_open: int | None = None):
        self.root = root
        self.tree = folder / "tree"
        self.logs = folder / "logs"
        self.say = say
        self._keep_open = (keep_open,) if keep_open is not None else ()

    @property
    def codegen(self) -> pathlib.Path:
        return self.tree / "build" / PRESET / "bin" / "codex-codegen"

    def copy(self) -> None:
        """Copies the repository, except for the protocol. Only differing files are copied, so a
        second trial's build continues from the first one's."""
        self.logs.mkdir(parents=True, exist_ok=True)
        wanted = set(self._files_of_root())
        for name in wanted:
            source, target = self.root / name, self.tree / name
            if is_same_file(source, target):
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
        for name in list(files_below(self.tree)):
            if name not in wanted and not is_protocol(name) and not name.startswith("build/"):
                (self.tree / name).unlink()
        for name in PROTOCOL[-2:]:  # CMake needs sources; the generator updates those that differ
            if not (self.tree / name).exists():
                shutil.copytree(self.root / name, self.tree / name)

    def copy_protocol(self, source: pathlib.Path) -> None:
        """Copies a schema folder: its bundles, and the files next to them."""
        for name in ("stable", "experimental"):
            target = self.tree / "schema" / name
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(source / name, target)
        for name in ("runtime.json", "history.json", "corrections.json"):
            target = self.tree / "schema" / name
            target.unlink(missing_ok=True)
            if (source / name).exists():
                shutil.copy2(source / name, target)

    def configure(self) -> None:
        if shutil.which("ccache"):
            os.environ.setdefault("CMAKE_CXX_COMPILER_LAUNCHER", "ccache")
        self._build_step("configure", ["cmake", "--preset", PRESET, *CONFIGURE])

    def build(self, *targets: str) -> None:
        # ninja itself, since it ends its compilers when it is ended, which cmake --build prevents;
        # it reports all errors, not only the first one.
        self._build_step("build-" + targets[0],
                         ["ninja", "-C", f"build/{PRESET}", "-j", str(os.cpu_count()), "-k", "0",
                          *targets])

    def generate(self) -> list[str]:
        """Makes generated/ from schema/; returns the generator's notes. A refusal throws its
        message."""
        code, output = self.run("generate", [self.codegen, "generate", "--schema", "schema",
                                             "--out", "generated"])
        if code != 0:
            raise BuildFailure("codex-codegen does not understand the schema: " + output.strip())
        return notes_in(output)

    def test(self, pattern: str, environment: dict[str, str] | None = None,
             left_out: str = "^$") -> dict[str, Verdict]:
        """Runs the tests that match and are not left out; returns the verdicts by test."""
        report = self.logs / "tests.xml"
        report.unlink(missing_ok=True)
        code, output = self.run("tests", ["ctest", "--preset", PRESET, "-R", pattern,
                                          "-E", left_out, "--quiet", "--output-junit", report],
                                environment)
        verdicts = read_verdicts(report) if report.exists() else {}
        if not verdicts:
            raise Failure(f"ctest found no tests ({code}): {output.strip()[-300:]}")
        return verdicts

    def run(self, name: str, command: list, environment: dict[str, str] | None = None
            ) -> tuple[int, str]:
        """Runs it in the tree, with output into a log. It is ended with all its children if this
        process is interrupted."""
        log = self.logs / f"{name}.log"
        with open(log, "w") as output:
            process = subprocess.Popen(
                [str(word) for word in command], cwd=self.tree, stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT, env=os.environ | (environment or {}),
                start_new_session=True, pass_fds=self._keep_open, preexec_fn=die_with_parent)
            try:
                self._await(process, name, log)
            finally:
                end(process)
        return process.returncode, log.read_text(errors="replace")

    def _await(self, process: subprocess.Popen, name: str, log: pathlib.Path) -> None:
        last_word = time.monotonic()
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=1)
                return
            if time.monotonic() - last_word > 20:
                last_word = time.monotonic()
                lines = log.read_text(errors="replace").splitlines()
                self.say(f"  {name}: {lines[-1][:90] if lines else '...'}")

    def _build_step(self, name: str, command: list[str]) -> None:
        code, output = self.run(name, command)
        if code == 0:
            return
        errors = [line.strip() for line in output.splitlines() if "error:" in line.lower()]
        told = errors[:8] or output.strip().splitlines()[-8:]
        more = f"\n  ... {len(errors) - 8} more" if len(errors) > 8 else ""
        raise BuildFailure("it does not compile:\n  " + "\n  ".join(told) + more +
                           f"\n  all of it: {self.logs / (name + '.log')}")

    def _files_of_root(self) -> collections.abc.Iterator[str]:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=self.root, stdout=subprocess.PIPE, text=True, check=True).stdout
        for name in listed.split("\0"):
            if name and not is_protocol(name) and os.path.lexists(self.root / name):
                yield name


@contextlib.contextmanager
def exclusive(folder: pathlib.Path) -> collections.abc.Iterator[int]:
    """Allows one trial at a time: yields the lock's descriptor. Builds inherit it, so the lock
    lasts until the last of them has ended."""
    def refuse() -> None:
        raise Failure("another update_runtime or skew is at work here, or a build of theirs")

    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / ".lock", refuse) as lock:
        yield lock


class Verdict:
    """How one test ended."""

    def __init__(self, passed: bool, output: str = "", seconds: float = 0):
        self.passed = passed
        self.output = output
        self.seconds = seconds


def read_verdicts(report: pathlib.Path) -> dict[str, Verdict]:
    verdicts = {}
    for test in xml.etree.ElementTree.parse(report).iter("testcase"):
        failure = test.find("failure")
        told = failure.get("message", "") if failure is not None else ""
        verdicts[test.get("name")] = Verdict(
            passed=test.get("status") == "run", seconds=float(test.get("time") or 0),
            output="\n".join(filter(None, [told, test.findtext("system-out") or ""])))
    return verdicts


def die_with_parent() -> None:
    """By SIGTERM, so that it can end its own children (on Linux; elsewhere it ends by itself)."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


def end(process: subprocess.Popen) -> None:
    """Ends it with its children; it gets a moment to end them itself."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=5)


def is_protocol(name: str) -> bool:
    return any(name == part or name.startswith(part + "/") for part in PROTOCOL)


def is_same_file(one: pathlib.Path, other: pathlib.Path) -> bool:
    if not os.path.lexists(other) or one.is_symlink() or other.is_symlink():
        return False
    return filecmp.cmp(one, other)


def files_below(folder: pathlib.Path) -> collections.abc.Iterator[str]:
    for parent, _, names in os.walk(folder):
        for name in names:
            yield str((pathlib.Path(parent) / name).relative_to(folder))
