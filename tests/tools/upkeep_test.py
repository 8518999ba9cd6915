"""tools/update_runtime and its parts, offline: what they read, refuse, write and put back."""

import io
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import unittest
from unittest import mock

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from upkeep import bump, changelog, runtimes, swap  # noqa: E402
from upkeep.runtimes import Failure  # noqa: E402

SCHEMAS = ROOT / "tests" / "codegen" / "runtimes" / "schemas.tar.xz"
VCPKG_PORT = "packaging/vcpkg/ports/codex-sdk/vcpkg.json"
BUILT = "build/dev/bin"

# A runtime as far as update_runtime can tell: it writes the schema that lies beside it.
RUNTIME = """#!/bin/sh
while [ "$1" != --out ]; do shift; done
out=$2; surface=stable; [ "$3" = --experimental ] && surface=experimental
cp -r "$(dirname "$0")/../schema/$surface/." "$out/"
"""

# A build as far as update_runtime can tell; $FAIL names the target that does not compile, $HANG the
# one that never ends.
NINJA = """#!/bin/sh
mkdir -p BUILT && cp "$CODEGEN" BUILT/codex-codegen
case " $* " in
  *" $FAIL "*) echo "sdk.cpp:7: error: no such member 'gone'"; exit 1 ;;
  *" $HANG "*) touch "$HANGING"; exec sleep 60 ;;
esac
""".replace("BUILT", BUILT)

CTEST = """#!/usr/bin/env python3
import os, sys
failed = os.environ.get("FAILING_TEST")
with open(sys.argv[sys.argv.index("--output-junit") + 1], "w") as out:
    out.write('<testsuite><testcase name="unit_tests: a" status="run"/>')
    if failed:
        out.write(f'<testcase name="{failed}" status="fail"><failure message=""/></testcase>')
    out.write("</testsuite>")
"""

CHANGELOG = """# Changelog

## Unreleased

### Added
- Something.

### Schema
- codex 0.166.0: 1 definitions, 2 client requests, 3 notifications and 4 server requests.
- A line that a person wrote.

## 0.1.0

### Schema
- codex 0.1.0: 9 definitions, 9 client requests.
"""
CHANGES = """# codex 0.166.0 to 0.150.0

## Breaking (1)

- removed type `A`

## Not breaking (2)

- added type `B`
- added type `C`
"""


class Versions(unittest.TestCase):
    def test_versions_are_read_as_people_write_them(self):
        for text in ("0.170.0", "v0.170.0", "rust-v0.170.0", " 0.170.0\n"):
            self.assertEqual(runtimes.parse_version(text), "0.170.0")

    def test_what_is_no_release_is_refused_and_says_why(self):
        for text in ("", "latest", "0.170", "1", "../0.170.0", "0.170.0/..", "0.170.0+x"):
            with self.assertRaisesRegex(Failure, "is no version"):
                runtimes.parse_version(text)
        for text in ("0.170.0-alpha.3", "rust-v0.170.0-rc.1", "0.170.0a1"):
            with self.assertRaisesRegex(Failure, "is a prerelease"):
                runtimes.parse_version(text)

    def test_npms_answers_are_told_apart(self):
        def answers(output, code=0):
            done = subprocess.CompletedProcess([], code, stdout=output, stderr="words of npm")
            return mock.patch.object(runtimes.subprocess, "run", return_value=done)

        with mock.patch.object(runtimes.shutil, "which", return_value="/usr/bin/npm"):
            with answers('"sha512-x"'):
                self.assertEqual(runtimes.npm_view("p", "f"), "sha512-x")
            with answers('{"error": {"code": "E404"}}', 1):
                self.assertEqual(runtimes.npm_view("p", "f"), "")
            with answers('{"error": {"code": "ENOTFOUND"}}', 1):
                with self.assertRaisesRegex(Failure, "ENOTFOUND.*--package"):
                    runtimes.npm_view("p", "f")
            with answers("nonsense", 1), self.assertRaisesRegex(Failure, "words of npm"):
                runtimes.npm_view("p", "f")
        with mock.patch.object(runtimes.shutil, "which", return_value=None):
            with self.assertRaisesRegex(Failure, "npm is not on PATH"):
                runtimes.npm_view("p", "f")


class Changelog(unittest.TestCase):
    def test_a_bump_is_told_from_the_last_release_and_going_back_takes_it_away(self):
        self.assertEqual(changelog.released_version(CHANGELOG, "0.166.0"), "0.166.0")
        there = changelog.updated(CHANGELOG, "0.150.0", "5 definitions, and so on", "0.166.0",
                                  CHANGES)
        self.assertIn("- codex 0.150.0: 5 definitions, and so on.\n- A line that a person wrote.\n"
                      "- Since codex 0.166.0, breaking (1):\n  - removed type `A`\n"
                      "- Since codex 0.166.0, not breaking (2):\n  - added type `B`\n"
                      "  - added type `C`\n\n## 0.1.0\n", there)
        self.assertIn("- codex 0.1.0: 9 definitions, 9 client requests.", there)
        self.assertEqual(changelog.released_version(there, "0.150.0"), "0.166.0")
        again = changelog.updated(there, "0.150.0", "5 definitions, and so on", "0.166.0", CHANGES)
        self.assertEqual(again, there)
        back = changelog.updated(
            there, "0.166.0", "1 definitions, 2 client requests, 3 notifications and 4 server "
            "requests", "0.166.0", "")
        self.assertEqual(back, CHANGELOG)

    def test_headings_come_and_go_with_what_is_below_them(self):
        for text in ("# Changelog\n\nWords.\n\n## 0.1.0\n\n### Added\n- It.\n",
                     "# Changelog\n\n## Unreleased\n\n### Fixed\n- It.\n\n## 0.1.0\n- It.\n",
                     "# Changelog\n\n## Unreleased\n\n### Fixed\n- It.\n",
                     "# Changelog\n"):
            there = changelog.updated(text, "0.2.0", "no counts here", "0.1.0", CHANGES)
            self.assertEqual(there.count("## Unreleased"), 1)
            self.assertIn("### Schema\n- Since codex 0.1.0, breaking (1):", there)
            self.assertEqual(changelog.updated(there, "0.1.0", "", "0.1.0", ""), text)


class Report(unittest.TestCase):
    def test_it_tells_apart_what_people_have_to_look_at(self):
        lines = bump.Report(
            came=["method ClientRequest#a"], gone=["type B (until 0.1.0)"],
            notes=["a/b: response guessed: ABResponse", "#/definitions/C: a tuple"],
            shapes=["D: a struct became a union"], mended=["E.f"]).lines()
        self.assertEqual([line for line in lines if not line.startswith(" ")], [
            "1 new:", "1 gone, but kept for older runtimes:",
            "1 of another form than before, of which the newest counts:",
            "1 answers that were guessed (schema/responses.json may say better):",
            "1 raw, or not all that the schema says:", "1 mended upstream, no longer corrected:"])
        self.assertIn("  a/b: response guessed: ABResponse", lines)
        self.assertEqual(bump.Report().lines(), [])

    def test_what_came_and_went_is_read_from_two_histories(self):
        before = {"members": {"A.b": {"since": "0.1.0"}, "A.c": {"until": "0.1.0"}}}
        after = {"members": {"A.b": {"since": "0.1.0", "until": "0.2.0"}, "A.c": {},
                             "A.d": {"since": "0.3.0"}}, "methods": {"R#x": {"since": "0.3.0"}}}
        self.assertEqual(bump.told_by(before, after),
                         (["method R#x", "member A.c (again)", "member A.d"],
                          ["member A.b (until 0.2.0)"]))

    def test_the_pin_says_whose_schema_it_is_when_that_is_another(self):
        text = runtimes.pin_of("0.9.0", {"linux-x64": "sha512-x"})
        self.assertEqual(bump.pin_text(text, "0.9.0"), text)
        self.assertEqual(list(json.loads(bump.pin_text(text, "0.10.0"))),
                         ["version", "schema", "platforms"])
        self.assertLess(bump.numbers("0.9.0"), bump.numbers("0.10.0"))


class Swap(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        base = pathlib.Path(folder.name)
        self.tree, self.trial, self.journal = base / "tree", base / "trial", base / "journal"
        self.write(self.tree, {"a": "1", "d/changed": "old", "d/gone/x": "old", "other": "o"})
        self.write(self.trial, {"a": "1", "d/changed": "new", "d/added/y": "new"})

    @staticmethod
    def write(folder, files):
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)

    @staticmethod
    def read(folder):
        return {str(file.relative_to(folder)): file.read_text()
                for file in folder.rglob("*") if file.is_file()}

    def test_what_differs_is_replaced_added_and_removed_and_nothing_else(self):
        names = swap.differences(self.tree, self.trial, ["a", "d"])
        self.assertEqual(names, ["d/added/y", "d/changed", "d/gone/x"])
        swap.replace(self.tree, self.trial, names, self.journal)
        self.assertEqual(self.read(self.tree),
                         {"a": "1", "d/changed": "new", "d/added/y": "new", "other": "o"})
        self.assertFalse((self.tree / "d/gone").exists())
        self.assertFalse(self.journal.exists())

    def test_a_failure_in_the_middle_changes_nothing(self):
        before = self.read(self.tree)
        names = swap.differences(self.tree, self.trial, ["a", "d"])
        real, calls = swap.put, []

        def failing(source, target):
            calls.append(target)
            if target == self.tree / "d/gone/x" and source == self.trial / "d/gone/x":
                raise OSError("disk full")
            real(source, target)

        with mock.patch.object(swap, "put", failing), self.assertRaisesRegex(OSError, "disk full"):
            swap.replace(self.tree, self.trial, names, self.journal)
        self.assertIn(self.tree / "d/changed", calls)
        self.assertEqual(self.read(self.tree), before)
        self.assertFalse(self.journal.exists())

    def test_what_was_killed_in_the_middle_is_put_back_by_the_next_one(self):
        before = self.read(self.tree)
        names = swap.differences(self.tree, self.trial, ["a", "d"])
        swap.write_journal(self.tree, names, self.journal)
        swap.put(self.trial / names[0], self.tree / names[0])
        (self.tree / "d/.changed.new").write_text("ha")  # half a copy
        self.assertTrue(swap.undo(self.tree, self.journal))
        self.assertEqual(self.read(self.tree), before)
        self.assertFalse(swap.undo(self.tree, self.journal))

    def test_a_journal_that_was_never_finished_is_not_believed(self):
        before = self.read(self.tree)
        self.write(self.journal, {"old/a": "rubbish", "names.json.new": '["a"'})
        self.assertFalse(swap.undo(self.tree, self.journal))
        self.assertEqual(self.read(self.tree), before)


# Test cases as far as skew can tell.
TESTS = """#!/bin/sh
case $1 in
  --list-test-cases) printf '[doctest] listing\\n====\\na, b\\nhangs\\nfails\\n' ;;
  "--test-case=a\\, b") exit 0 ;;
  --test-case=none) echo '[doctest] test cases:   0 | 0 passed' ;;
  --test-case=hangs) sleep 60 & wait ;;
  *) echo "$CODEX_SDK_TEST_RUNTIME says no"; exit 1 ;;
esac
"""


class Skew(unittest.TestCase):
    def setUp(self):
        self.skew = runtimes.load_script("skew")

    def test_the_ways_in_which_a_test_ends_are_told_apart(self):
        end = "\n\n====\n[doctest] Status: FAILURE!\n"

        def ending(text, passed=False, hung=False):
            return self.skew.ending_of(self.skew.Verdict(passed, text, 1.0, hung))

        self.assertEqual(ending("", passed=True), ("passed", ""))
        self.assertEqual(ending("x_test.cpp:1: ERROR: test case THREW exception: thread/start with\n"
                                " toolOutput: refused" + end),
                         ("refused", "thread/start with toolOutput: refused"))
        self.assertEqual(ending('x.cpp:2: ERROR: CHECK( a() ) THREW exception: "no goals"' + end),
                         ("refused", '"no goals"'))
        self.assertEqual(ending("x.cpp:3: ERROR: CHECK( a == b ) is NOT correct!\n"
                                "  values: CHECK( 1 == 2 )" + end),
                         ("differs", "CHECK( a == b ); CHECK( 1 == 2 )"))
        self.assertEqual(ending("", hung=True), ("hung", ""))
        self.assertEqual(ending(""), ("crashed", ""))
        self.assertEqual(ending("ERROR: test case CRASHED: SIGABRT" + end)[0], "crashed")

    def test_what_a_runtime_lacks_is_no_failure(self):
        end = "\n\n====\n[doctest] Status: FAILURE!\n"
        for said in ("turn/start with toolOutput: Codex runtime 0.151.0 or newer is required",
                     "thread/rollback: Codex runtime 0.155.1 was the last with it",
                     "turn/start without input[0].url: Codex runtimes up to 0.155.1 require it",
                     "needs thread/timeline/list, which this runtime lacks"):
            text = f"x.cpp:1: ERROR: test case THREW exception: {said}; this one calls itself 'x'."
            self.assertEqual(self.skew.ending_of(self.skew.Verdict(False, text + end, 1.0)),
                             ("unsupported", said))
        early = "x.cpp:1: MESSAGE: needs goals (runtime 0.134.0), which this runtime lacks\n"
        self.assertEqual(self.skew.ending_of(self.skew.Verdict(True, early, 1.0)),
                         ("unsupported", "needs goals (runtime 0.134.0), which this runtime lacks"))

    def test_each_test_runs_by_itself_and_no_longer_than_it_may(self):
        with tempfile.TemporaryDirectory() as folder:
            tests = pathlib.Path(folder) / "integration_tests"
            tests.write_text(TESTS)
            tests.chmod(0o755)
            self.assertEqual(self.skew.names_of(tests), ["a, b", "hangs", "fails"])

            def verdict(name, bound=30):
                return self.skew.run_test(tests, name, pathlib.Path("/codex"), folder, bound)

            self.assertTrue(verdict("a, b").passed)
            self.assertFalse(verdict("none").passed)
            self.assertEqual(verdict("fails").output, "/codex says no\n")
            self.assertFalse(verdict("fails").hung)
            start = time.monotonic()
            self.assertTrue(verdict("hangs", bound=0.5).hung)
            self.assertLess(time.monotonic() - start, 20)

    def test_the_page_tells_all_that_did_not_pass(self):
        pair = self.skew.Pair("0.2.0", "0.1.0", {
            "one": ("passed", ""), "two": ("differs", "CHECK( a )"), "three|": ("refused", "no"),
            "four": ("unsupported", "x: needs it"), "five": ("unsupported", "x: needs it")})
        page = self.skew.page([pair], {"stands out": ["It is old."], "tests": {"two": "Slow."}})
        self.assertIn("## What stands out\n\n- It is old.\n", page)
        self.assertIn("| 0.2.0 | 0.1.0 | 1 | 2 | 1 | 1 | 0 | 0 |", page)
        self.assertIn("| two | differs | `CHECK( a )` | Slow. |", page)
        self.assertIn("| three\\| | refused | `no` |", page)
        self.assertIn("- `x: needs it`: 2 tests", page)
        self.assertNotIn("| one |", page)


@unittest.skipUnless(os.environ.get("CODEGEN"), "needs CODEGEN=build/.../codex-codegen")
class Update(unittest.TestCase):
    """The whole way, from 0.166.0 to 0.150.0 and back: real schemas and generator, while runtime,
    cmake, ninja and ctest are stand-ins."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="update runtime ")  # a path with blanks
        cls.addClassCleanup(folder.cleanup)
        cls.base = pathlib.Path(folder.name)
        with tarfile.open(SCHEMAS) as archive:
            archive.extractall(cls.base / "schemas")
        cls.packages = {version: cls.package(version) for version in ("0.150.0", "0.166.0")}
        bin_folder = cls.base / "bin"
        bin_folder.mkdir()
        for name, text in {"cmake": "#!/bin/sh\n", "ninja": NINJA, "ctest": CTEST,
                           "npm": "#!/bin/sh\nexit 1\n"}.items():
            (bin_folder / name).write_text(text)
            (bin_folder / name).chmod(0o755)
        cls.newer_root = cls.make_repository("0.166.0")
        cls.older_root = cls.make_repository("0.150.0")

    @classmethod
    def package(cls, version):
        """An npm package with a runtime in it."""
        platform = runtimes.this_platform()
        target = runtimes.TARGETS[platform]
        inside = f"package/vendor/{target}"
        manifest = {"layoutVersion": 1, "version": version, "target": target,
                    "entrypoint": "bin/codex", "resourcesDir": "res", "pathDir": "path"}
        file = cls.base / f"{version}.tgz"
        with tarfile.open(file, "w:gz", compresslevel=1) as archive:
            def add(name, text, mode=0o644):
                entry = tarfile.TarInfo(name)
                entry.size, entry.mode = len(text), mode
                archive.addfile(entry, io.BytesIO(text.encode()))

            add("package/package.json", json.dumps({"name": runtimes.NPM_NAME,
                                                    "version": f"{version}-{platform}"}))
            add(f"{inside}/codex-package.json", json.dumps(manifest))
            add(f"{inside}/bin/codex", RUNTIME, 0o755)
            add(f"{inside}/bin/codex-code-mode-host", "", 0o755)
            add(f"{inside}/res/x", "")
            add(f"{inside}/path/x", "")
            for surface in ("stable", "experimental"):
                for name in (cls.base / "schemas" / version / surface).iterdir():
                    archive.add(name, f"{inside}/schema/{surface}/{name.name}")
        return file

    @classmethod
    def make_repository(cls, version):
        root = cls.base / f"repository of {version}"
        shutil.copytree(ROOT / "tools" / "upkeep", root / "tools" / "upkeep",
                        ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("fetch_runtime", "update_runtime"):
            shutil.copy2(ROOT / "tools" / name, root / "tools")
        schema = root / "schema"
        shutil.copytree(cls.base / "schemas" / version, schema)
        for name in ("responses.json", "corrections.json"):
            shutil.copy(ROOT / "schema" / name, schema)
        pin = {runtimes.this_platform(): runtimes.integrity_of(cls.packages[version])}
        (schema / "runtime.json").write_text(runtimes.pin_of(version, pin))
        counts = runtimes.count_schema(schema)
        (root / "CHANGELOG.md").write_text(CHANGELOG.replace("0.166.0", version).replace(
            "1 definitions, 2 client requests, 3 notifications and 4 server requests", counts))
        port = root / VCPKG_PORT
        port.parent.mkdir(parents=True)
        port.write_text(re.sub('"version": "[^"]*"', f'"version": "{version}"',
                               (ROOT / VCPKG_PORT).read_text()))
        (root / ".gitignore").write_text("/build/\n__pycache__/\n")
        subprocess.run([os.environ["CODEGEN"], "generate", "--schema", schema, "--out",
                        root / "generated"], check=True, stdout=subprocess.DEVNULL)
        for command in (["init", "-q"], ["add", "-A"],
                        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"]):
            subprocess.run(["git", *command], cwd=root, check=True)
        return root

    def setUp(self):
        self.work_in(self.newer_root)

    def work_in(self, root):
        self.root = root
        self.addCleanup(subprocess.run, "git reset -q --hard && git clean -qfd", shell=True,
                        cwd=root, check=True)

    def start(self, *arguments, **environment):
        return subprocess.Popen(
            [sys.executable, "-B", self.root / "tools" / "update_runtime", *map(str, arguments)],
            env=os.environ | {"PATH": f"{self.base / 'bin'}:{os.environ['PATH']}",
                              "CODEX_SDK_RUNTIME_DIR": str(self.base / "runtimes"),
                              "CODEGEN": os.path.abspath(os.environ["CODEGEN"]),
                              "FAIL": "-", "HANG": "-", **environment},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def run_it(self, *arguments, **environment):
        process = self.start(*arguments, **environment)
        output, _ = process.communicate(timeout=100)
        return process.returncode, output

    def status(self):
        return subprocess.run(["git", "status", "--porcelain"], cwd=self.root, text=True,
                              capture_output=True, check=True).stdout

    def refused(self, *arguments, **environment):
        """Runs it, and sees that it changed nothing; what it said."""
        before = self.status()
        code, output = self.run_it(*arguments, **environment)
        self.assertEqual(code, 1, output)
        self.assertIn("nothing was changed", output)
        self.assertEqual(self.status(), before)
        return output

    def there(self):
        return ["--package", self.packages["0.150.0"]]

    def pinned(self):
        return json.loads((self.root / "schema" / "runtime.json").read_text())["version"]

    def text_of(self, name):
        return (self.root / name).read_text()

    def moved_to(self, version, *options):
        code, output = self.run_it("--package", self.packages[version], *options)
        self.assertEqual(code, 0, output)
        self.assertEqual(self.pinned(), version)
        return output

    def test_to_an_older_runtime_the_pin_moves_alone_and_back_leaves_no_trace(self):
        output = self.moved_to("0.150.0")
        self.assertIn("schema/ stays that of codex 0.166.0, which is newer", output)
        self.assertIn("ready to commit (built and tested)", output)
        self.assertEqual(json.loads(self.text_of("schema/runtime.json"))["schema"], "0.166.0")
        registry = "generated/include/codex/protocol/registry.hpp"
        self.assertEqual(self.status(),
                         f" M {registry}\n M {VCPKG_PORT}\n M schema/runtime.json\n")
        self.assertEqual(json.loads(self.text_of(VCPKG_PORT))["version"], "0.150.0")
        self.assertIn('runtime_version = "0.150.0"', self.text_of(registry))
        self.assertIn("(codex 0.166.0)", self.text_of(registry))
        self.assertIn("--allow-dirty", self.refused("--package", self.packages["0.166.0"]))
        self.moved_to("0.166.0", "--allow-dirty")
        self.assertEqual(self.status(), "")
        self.assertIn("is what is pinned here", self.moved_to("0.166.0"))

    def test_to_a_newer_runtime_the_schema_moves_and_tells_what_came_and_went(self):
        self.work_in(self.older_root)
        output = self.moved_to("0.166.0")
        self.assertIn("codex 0.150.0 to 0.166.0", output)
        self.assertIn("  method ClientRequest#accountSession/list\n", output)
        self.assertIn("  method ClientRequest#thread/rollback (until 0.150.0)\n", output)
        self.assertNotIn("schema", json.loads(self.text_of("schema/runtime.json")))
        history = json.loads(self.text_of("schema/history.json"))
        self.assertEqual(history["versions"], ["0.150.0", "0.166.0"])
        self.assertIn("- Since codex 0.150.0, ", self.text_of("CHANGELOG.md"))
        headers = (file.read_text() for file in self.root.glob("generated/include/**/*.hpp"))
        self.assertTrue(any('method = "thread/rollback"' in text for text in headers))
        there = self.status()
        self.moved_to("0.150.0", "--allow-dirty")
        self.moved_to("0.166.0", "--allow-dirty")
        self.assertEqual(self.status(), there)

    def test_a_correction_that_upstream_has_mended_ends_with_the_last_runtime_that_needed_it(self):
        self.work_in(self.older_root)
        file = self.root / "schema" / "corrections.json"
        file.write_text(json.dumps([{"type": "ModelListResponse", "optional": ["data"],
                                     "rename": {"none": "any"}, "seen": "made up"}]))
        output = self.moved_to("0.166.0", "--allow-dirty")
        self.assertIn("1 mended upstream, no longer corrected:\n  ModelListResponse.none\n", output)
        ended, goes_on = json.loads(file.read_text())
        self.assertEqual((ended["until"], ended["rename"], "optional" in ended),
                         ("0.150.0", {"none": "any"}, False))
        self.assertEqual(("until" in goes_on, goes_on["optional"]), (False, ["data"]))

    def test_what_does_not_hold_changes_nothing_unless_forced(self):
        said = self.refused(*self.there(), FAILING_TEST="law_tests: broken")
        self.assertIn("1 of 2 tests fail:\n  law_tests: broken", said)
        said = self.refused(*self.there(), FAIL="codex_sdk")
        self.assertIn("no such member 'gone'", said)
        said = self.refused(*self.there(), "--force", FAIL="codex_protocol")
        self.assertIn("does not compile", said)
        code, output = self.run_it(*self.there(), "--force", FAIL="codex_sdk")
        self.assertEqual(code, 0, output)
        self.assertIn("taken over although the SDK does not hold", output)
        self.assertEqual(self.pinned(), "0.150.0")

    def test_a_pin_that_loses_platforms_is_refused(self):
        file = self.root / "schema" / "runtime.json"
        pin = json.loads(file.read_text())
        pin["platforms"]["win32-x64"] = pin["platforms"][runtimes.this_platform()]
        file.write_text(json.dumps(pin))
        said = self.refused(*self.there(), "--allow-dirty")
        self.assertIn("would lose win32-x64 (no --package was given", said)
        code, output = self.run_it(*self.there(), "--allow-dirty", "--fewer-platforms")
        self.assertEqual(code, 0, output)
        self.assertIn("the pin has no", output)

    def test_packages_that_are_none_are_refused(self):
        other = self.base / "other.tgz"
        other.write_bytes(self.packages["0.150.0"].read_bytes()[:5000])
        self.assertIn("is damaged", self.refused("--package", other))
        other.write_text("no tar at all")
        self.assertIn("is no npm package", self.refused("--package", other))
        self.assertIn("No such file", self.refused("--package", self.base / "none.tgz"))
        self.assertIn("not of one version", self.refused("0.166.0", *self.there()))
        self.assertIn("only npm knows", self.refused("latest", *self.there()))
        self.assertIn("npm view", self.refused("0.150.0"))  # npm is out of order

    def test_a_schema_that_the_generator_refuses_changes_nothing(self):
        (self.root / "schema" / "history.json").write_text("{")
        self.assertIn("codex-codegen does not understand",
                      self.refused(*self.there(), "--allow-dirty"))

    def test_stopped_or_killed_in_the_middle_it_changes_nothing(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL):
            hanging = self.base / f"hanging-{number}"
            process = self.start(*self.there(), HANG="codex_sdk", HANGING=str(hanging))
            patience = time.monotonic() + 60
            while not hanging.exists():
                self.assertLess(time.monotonic(), patience)
                self.assertIsNone(process.poll())
                time.sleep(0.05)
            self.assertIn("another update_runtime or skew", self.refused(*self.there()))
            process.send_signal(number)
            process.wait(timeout=20)
            self.assertEqual(self.status(), "")
            if number != signal.SIGKILL:
                self.assertEqual(process.returncode, 128 + number)
            process.stdout.close()


if __name__ == "__main__":
    unittest.main()
