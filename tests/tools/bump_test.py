"""A dry run of bumps, up and down, over the schemas of real runtimes: whichever way the pin goes, the
schema is taken, no name goes, and there and back leaves nothing. $CODEX_SDK_SCHEMAS names an archive
of many runtimes, VERSION/stable.json and VERSION/experimental.json; without it, those of the
generator's tests serve."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from upkeep import bump, runtimes  # noqa: E402

ARCHIVE = pathlib.Path(os.environ.get("CODEX_SDK_SCHEMAS")
                       or ROOT / "tests" / "codegen" / "runtimes" / "schemas.tar.xz")
NAMES = re.compile(r"^(?:struct|enum class|using)\s+(?:\[\[.*?\]\]\s+)?(\w+)\b|"
                   r"string_view method =\s+\"(.*?)\"", re.M | re.S)


def run(_name, command):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout


@unittest.skipUnless(os.environ.get("CODEGEN"), "needs CODEGEN=build/.../codex-codegen")
class DryRun(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="bumps ")
        cls.addClassCleanup(folder.cleanup)
        cls.base = pathlib.Path(folder.name)
        cls.codegen = os.path.abspath(os.environ["CODEGEN"])
        with tarfile.open(ARCHIVE) as archive:
            archive.extractall(cls.base / "archive")
        cls.versions = sorted((each.name for each in (cls.base / "archive").iterdir()
                               if re.fullmatch(r"[\d.]+", each.name)), key=bump.numbers)
        cls.schema, cls.out = cls.base / "schema", cls.base / "out"

    def printed(self, version):
        """The bundles of a runtime, laid out as it writes them."""
        source, folder = self.base / "archive" / version, self.base / "printed"
        shutil.rmtree(folder, ignore_errors=True)
        for surface in bump.SURFACES:
            (folder / surface).mkdir(parents=True)
            flat = source / f"{surface}.json"
            shutil.copy(flat if flat.exists() else source / surface / bump.BUNDLE,
                        folder / surface / bump.BUNDLE)
        return folder

    def begin(self, version):
        shutil.copytree(self.printed(version), self.schema)
        for name in ("responses.json", "corrections.json"):
            shutil.copy(ROOT / "schema" / name, self.schema)
        self.pin(version, version)

    def pin(self, version, newest):
        hashes = {runtimes.this_platform(): "sha512-x"}
        (self.schema / "runtime.json").write_text(
            bump.pin_text(runtimes.pin_of(version, hashes), newest))

    def generate(self):
        code, said = run("generate", [self.codegen, "generate", "--schema", self.schema, "--out",
                                      self.out])
        self.assertEqual(code, 0, said)
        return bump.notes_in(said)

    def names(self):
        text = "".join(file.read_text() for file in self.out.glob("include/**/*.hpp"))
        return {name or method for name, method in NAMES.findall(text)}

    def state(self):
        return {str(file.relative_to(self.base)): file.read_bytes()
                for folder in (self.schema, self.out) for file in folder.rglob("*")
                if file.is_file()}

    def test_up_and_down(self):
        self.begin(self.versions[0])
        self.generate()
        for version in self.versions[1:]:
            with self.subTest(up=version):
                self.go_up(version)
        there, newest = self.state(), self.versions[-1]
        for version in reversed(self.versions[:-1]):
            with self.subTest(down=version):
                self.go_down(version, newest, there)
        self.pin(newest, newest)
        bump.move(self.schema, self.printed(newest), newest, self.codegen, run)
        self.generate()
        self.assertEqual(self.state(), there)

    def go_up(self, version):
        before, history = self.names(), bump.read_history(self.schema)
        last = bump.schema_version(bump.read_pin(self.schema))
        bump.move(self.schema, self.printed(version), version, self.codegen, run)
        self.pin(version, version)
        bump.end_corrections(self.schema, self.generate(), last)
        came, gone = bump.told_by(history, bump.read_history(self.schema))
        self.assertEqual(before - self.names(), set(), "these names went")
        self.assertTrue(came or gone or last == "0.159.3", "nothing changed")
        self.assertEqual(bump.read_history(self.schema)["versions"][-1], version)

    def go_down(self, version, newest, there):
        self.pin(version, newest)
        self.generate()
        state = self.state()
        changed = [name for name in there if state.get(name) != there[name]]
        self.assertEqual(state.keys(), there.keys())
        self.assertEqual(changed, ["schema/runtime.json",
                                   "out/include/codex/protocol/registry.hpp"])


if __name__ == "__main__":
    unittest.main()
