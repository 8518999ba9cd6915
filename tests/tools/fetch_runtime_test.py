"""tools/fetch_runtime against those who share its folders and make its packages. No network: small
packages made up here, pinned by a copy of the tool's tree."""

import base64
import hashlib
import io
import json
import os
import pathlib
import pwd
import shutil
import stat
import subprocess
import sys
import tarfile
import tempfile
import unittest
from unittest import mock

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from upkeep import runtimes, trial_tree  # noqa: E402

PLATFORM = runtimes.this_platform()
TARGET = runtimes.TARGETS[PLATFORM]
INSIDE = f"package/vendor/{TARGET}"
NOBODY = 65534

# Runs the tool, and swaps the package as soon as its hash is known: $SWAP says how.
SWAPPING = """
import hashlib, importlib.machinery, importlib.util, os, shutil, sys
tool, swap, package, other = sys.argv[1:5]
sys.path.insert(0, os.path.dirname(tool))
sys.dont_write_bytecode = True
real = hashlib.sha512

class Hash:
    swapped = False
    def __init__(self, *data):
        self.hash = real(*data)
    def update(self, data):
        self.hash.update(data)
    def swap(self):
        if not Hash.swapped:
            Hash.swapped = True
            if swap == "rename":
                os.replace(other, package)
            else:
                shutil.copyfile(other, package)  # the same inode
    def digest(self):
        self.swap()
        return self.hash.digest()
    def hexdigest(self):
        self.swap()
        return self.hash.hexdigest()

hashlib.sha512 = Hash
loader = importlib.machinery.SourceFileLoader("tool", tool)
module = importlib.util.module_from_spec(importlib.util.spec_from_loader("tool", loader))
sys.modules["tool"] = module
sys.argv = [tool, *sys.argv[5:]]
loader.exec_module(module)
sys.exit(module.main())
"""


class Tool(unittest.TestCase):
    """A tree with the tool and its pin, an empty cache, and a package."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="fetch runtime ")
        self.addCleanup(folder.cleanup)
        self.base = pathlib.Path(folder.name)
        self.tree = self.base / "sdk"
        shutil.copytree(ROOT / "tools" / "upkeep", self.tree / "tools" / "upkeep",
                        ignore=shutil.ignore_patterns("__pycache__"))
        (self.tree / "tools" / "release").mkdir()
        for name in ("fetch_runtime", "release/stage_runtime"):
            shutil.copy2(ROOT / "tools" / name, self.tree / "tools" / name)
        self.cache = self.base / "cache"
        self.home = self.cache / f"1.2.3-{PLATFORM}"
        self.outside = self.base / "outside"
        self.outside.mkdir()
        (self.outside / "kept").write_text("untouched")
        self.package = self.pack("package.tgz")
        self.pin(self.package)

    def pack(self, name, binary="the runtime", evil=(), platform=PLATFORM, **manifest):
        """A package; `evil` are further members, with their content."""
        file = self.base / name
        target = runtimes.TARGETS[platform]
        inside, end = f"package/vendor/{target}", ".exe" if platform.startswith("win32") else ""
        manifest = {"layoutVersion": 1, "version": "1.2.3", "target": target,
                    "entrypoint": f"bin/codex{end}", "resourcesDir": "codex-resources",
                    "pathDir": "codex-path"} | manifest
        with tarfile.open(file, "w:gz", compresslevel=1) as archive:
            def add(name, text, mode=0o644):
                entry = tarfile.TarInfo(name)
                entry.size, entry.mode = len(text), mode
                archive.addfile(entry, io.BytesIO(text.encode()))

            add("package/package.json", json.dumps({"name": runtimes.NPM_NAME,
                                                    "version": f"1.2.3-{platform}"}))
            add(f"{inside}/codex-package.json", json.dumps(manifest))
            add(f"{inside}/bin/codex{end}", binary, 0o755)
            for entry, text in evil:
                entry.size = len(text)
                archive.addfile(entry, io.BytesIO(text.encode()))
            add(f"{inside}/bin/codex-code-mode-host{end}", "", 0o755)
            add(f"{inside}/codex-resources/x", "")
            add(f"{inside}/codex-path/rg{end}", "", 0o755)
        return file

    def pin(self, package, version="1.2.3", platforms=(PLATFORM,)):
        """Of each of these platforms, the package is the pinned one."""
        digest = base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode()
        pins = {platform: {"npm_package": f"{runtimes.NPM_NAME}@1.2.3-{platform}",
                           "folder": f"vendor/{runtimes.TARGETS[platform]}",
                           "target": runtimes.TARGETS[platform], "integrity": f"sha512-{digest}"}
                for platform in platforms}
        (self.tree / "schema").mkdir(exist_ok=True)
        (self.tree / "schema" / "runtime.json").write_text(
            json.dumps({"version": version, "platforms": pins}))

    def tool(self, *arguments, environment=(), umask=0o022, cwd=None, command=None):
        settings = os.environ | {"CODEX_SDK_RUNTIME_DIR": str(self.cache)} | dict(environment)
        command = command or [sys.executable, "-B", self.tree / "tools" / "fetch_runtime"]
        return subprocess.run([*command, *map(str, arguments)], text=True, capture_output=True,
                              timeout=60, check=False, env=settings, cwd=cwd, umask=umask)

    def install(self, *arguments, **options):
        done = self.tool("--package", self.package, *arguments, **options)
        self.assertEqual(done.returncode, 0, done)
        return pathlib.Path(done.stdout.strip())

    def refused(self, done, *texts):
        """One line on what is wrong, and no binary."""
        self.assertEqual((done.returncode, done.stdout), (1, ""), done)
        errors = [line for line in done.stderr.splitlines() if "error:" in line]
        self.assertEqual(len(errors), 1, done.stderr)
        self.assertNotIn("Traceback", done.stderr)
        for text in texts:
            self.assertIn(str(text), errors[0])

    def assert_nothing_outside(self):
        self.assertEqual([file.name for file in self.outside.iterdir()], ["kept"])
        self.assertEqual((self.outside / "kept").read_text(), "untouched")
        self.assertFalse(self.home.exists())


class Platforms(Tool):
    """The runtime of another platform than this one, for programs that are built here."""

    def test_each_has_a_folder_of_its_own(self):
        for platform in runtimes.TARGETS:
            package = self.pack(f"{platform}.tgz", binary=platform, platform=platform)
            self.pin(package, platforms=(platform,))
            done = self.tool("--package", package, "--platform", platform)
            self.assertEqual(done.returncode, 0, done)
            name = "codex.exe" if platform.startswith("win32") else "codex"
            binary = self.cache / f"1.2.3-{platform}" / "bin" / name
            self.assertEqual(done.stdout, f"{binary}\n")
            self.assertEqual(binary.read_text(), platform)
            for arguments in ([], ["--verify"]):
                done = self.tool("--platform", platform, *arguments)
                self.assertEqual((done.returncode, done.stdout), (0, f"{binary}\n"), done)
            done = self.tool("--platform", platform, "--print-dir")
            self.assertEqual(done.stdout, f"{binary.parent.parent}\n")
        self.assertEqual(len(list(self.cache.glob("1.2.3-*"))), len(runtimes.TARGETS))

    def test_the_package_of_one_platform_is_not_installed_for_another(self):
        other = next(name for name in runtimes.TARGETS if name != PLATFORM)
        self.pin(self.package, platforms=(PLATFORM, other))  # the pin is wrong, too
        self.refused(self.tool("--package", self.package, "--platform", other),
                     "unexpected layout", "nothing was installed")
        self.assertFalse((self.cache / f"1.2.3-{other}").exists())

    def test_on_windows_the_cache_is_in_the_local_data_of_the_user(self):
        home = str(self.base)
        for local, base in ((home, self.base), ("", self.base / "AppData" / "Local"),
                            ("data", self.base / "AppData" / "Local")):
            with mock.patch.object(sys, "platform", "win32"), mock.patch.dict(
                    os.environ, {"LOCALAPPDATA": local, "XDG_CACHE_HOME": "/other", "HOME": home}):
                self.assertEqual(runtimes.trust.cache_base(), base)

    def test_on_windows_one_at_a_time_installs_as_well(self):
        """Windows' locks are made up here: one is held the first two times."""
        taken = [OSError(), OSError()]

        def locking(*_):
            if taken:
                raise taken.pop()

        said = []
        windows = mock.Mock(locking=locking)
        with mock.patch.object(sys, "platform", "win32"), \
                mock.patch.dict(sys.modules, {"msvcrt": windows}):
            with runtimes.trust.locked(self.base / "lock", lambda: said.append("taken")):
                self.assertEqual((said, taken), (["taken"], []))

    def test_a_platform_without_a_runtime_says_which_have_one(self):
        for name in ("amiga-m68k", "", "../../outside"):
            self.refused(self.tool("--package", self.package, f"--platform={name}"),
                         f"no runtime for {name}", PLATFORM)
        self.assert_nothing_outside()


class Planted(Tool):
    """Another user of the machine wrote to the cache first."""

    def test_what_is_installed_is_found_again(self):
        binary = self.install()
        self.assertEqual(binary.read_text(), "the runtime")
        done = self.tool()
        self.assertEqual((done.returncode, done.stdout), (0, f"{binary}\n"), done)
        self.assertIn("installed already", done.stderr)

    def test_what_others_can_write_to_is_refused_and_says_what_to_do(self):
        binary = self.install()
        for place in (binary, binary.parent, self.home, self.home / "codex-path",
                      self.home / "codex-path" / "rg", self.home / "codex-resources", self.cache, self.base):
            before = stat.S_IMODE(place.stat().st_mode)
            for mode in (0o020, 0o002):
                place.chmod(before | mode)
                for arguments in ([], ["--package", self.package]):
                    self.refused(self.tool(*arguments), f"{place} can be written by others",
                                 "chmod go-w", "CODEX_SDK_RUNTIME_DIR")
            place.chmod(before)
        self.assertEqual(self.tool().returncode, 0)

    def test_what_belongs_to_another_user_is_refused(self):
        binary = self.install()
        for place in (binary, self.home / "codex-path" / "rg", self.home, self.cache):
            if os.geteuid() == 0:
                os.chown(place, NOBODY, NOBODY)
                self.refused(self.tool(), f"{place} belongs to another user", str(NOBODY))
                os.chown(place, 0, 0)
            else:  # without root, it is us who are another one
                with mock.patch.object(os, "geteuid", return_value=os.getuid() + 1):
                    fetcher = runtimes.fetcher
                    with self.assertRaisesRegex(fetcher.Failure, "belongs to another user"):
                        fetcher.installed_binary(self.home, fetcher.Runtime(
                            "1.2.3", PLATFORM, "", "", TARGET, ""))

    def test_a_folder_that_all_may_write_to_but_not_rename_in_will_do(self):
        self.cache.mkdir()
        self.cache.chmod(0o1777)
        self.assertEqual(self.install(), self.home / "bin" / "codex")
        self.assertEqual(self.tool().returncode, 0)
        self.home.chmod(0o1777)  # but within the runtime, nobody else adds files
        self.refused(self.tool(), self.home)

    def test_a_half_planted_folder_is_not_built_upon(self):
        self.home.mkdir(parents=True)
        self.home.chmod(0o777)
        self.refused(self.tool("--package", self.package), self.home, "can be written by others")
        self.install("--force")
        self.assertEqual(self.tool().returncode, 0)

    def test_links_are_refused_within_the_runtime_and_followed_with_care_before_it(self):
        self.install()
        elsewhere = self.base / "elsewhere"
        self.home.rename(elsewhere)
        self.home.symlink_to(elsewhere)
        self.assertEqual(self.tool().returncode, 0)
        self.base.joinpath("open").mkdir()
        self.base.joinpath("open").chmod(0o777)
        elsewhere.rename(self.base / "open" / "elsewhere")
        elsewhere.symlink_to("open/../open/elsewhere")
        self.refused(self.tool(), f"{self.base / 'open'} can be written by others")
        self.base.joinpath("open").chmod(0o755)
        self.assertEqual(self.tool().returncode, 0)
        rg = self.home / "codex-path" / "rg"
        rg.unlink()
        rg.symlink_to("/bin/true")
        self.refused(self.tool(), "codex-path/rg is a link")

    def test_a_folder_that_depends_on_where_one_stands_is_not_used(self):
        self.install()
        self.refused(self.tool(environment={"CODEX_SDK_RUNTIME_DIR": "cache"}, cwd=self.base),
                     "CODEX_SDK_RUNTIME_DIR", "absolute")
        done = self.tool("--print-dir", cwd=self.base, environment={
            "CODEX_SDK_RUNTIME_DIR": "", "XDG_CACHE_HOME": "cache", "HOME": str(self.outside)})
        self.assertEqual(done.stdout.strip(),
                         f"{self.outside}/.cache/codex-sdk/runtime/1.2.3-{PLATFORM}")

    def test_without_home_it_is_below_the_home_in_the_password_entry(self):
        home = pwd.getpwuid(os.getuid()).pw_dir
        for unset in ([], ["-u", "HOME"]):
            done = self.tool(command=[
                "env", *unset, sys.executable, "-B", self.tree / "tools" / "fetch_runtime",
                "--print-dir"], environment={
                    "CODEX_SDK_RUNTIME_DIR": "", "XDG_CACHE_HOME": "", "HOME": ""})
            self.assertEqual(done.stdout.strip(),
                             f"{home}/.cache/codex-sdk/runtime/1.2.3-{PLATFORM}")

    def test_an_entrypoint_outside_is_none(self):
        self.install()
        manifest = self.home / "codex-package.json"
        text = manifest.read_text()
        for entrypoint in ("/bin/sh", "../../outside/kept", "bin/../../x", 7):
            manifest.write_text(json.dumps(json.loads(text) | {"entrypoint": entrypoint}))
            done = self.tool(environment={"PATH": "/nowhere"}, command=[
                sys.executable, "-B", self.tree / "tools" / "fetch_runtime"])
            self.refused(done, "npm is not on PATH")
            package = self.pack("other.tgz", entrypoint=entrypoint)
            self.pin(package)
            self.refused(self.tool("--package", package, "--force"), "unexpected layout")
            self.pin(self.package)

    def test_a_umask_does_not_open_it_to_others(self):
        self.cache = self.base / "a" / "b"
        self.home = self.cache / self.home.name
        binary = self.install(umask=0)
        self.assertEqual(self.tool().returncode, 0)
        for place in [self.base / "a", *(self.base / "a").rglob("*")]:
            self.assertEqual(place.stat().st_mode & 0o022, 0, place)
        self.assertEqual(stat.S_IMODE((self.cache / ".lock").stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(binary.stat().st_mode), 0o755)

    def test_another_package_of_the_same_version_is_not_the_pinned_one(self):
        self.install()
        other = self.pack("other.tgz", binary="another runtime")
        self.pin(other)
        done = self.tool("--package", other)
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual(pathlib.Path(done.stdout.strip()).read_text(), "another runtime")

    def test_verify_reads_every_file(self):
        binary = self.install()
        done = self.tool("--verify")
        self.assertEqual((done.returncode, done.stdout), (0, f"{binary}\n"), done)
        binary.write_text("the runtimE")
        self.assertEqual(self.tool().returncode, 0)  # the price of a quick look
        self.refused(self.tool("--verify"), "bin/codex", "--force")
        binary.write_text("the runtime")
        (self.home / "codex-path" / "git").write_text("")
        self.refused(self.tool("--verify"), "codex-path/git")
        (self.home / "codex-path" / "git").unlink()
        (self.home / "codex-resources" / "x").unlink()
        self.refused(self.tool("--verify"), "codex-resources/x")
        (self.home / "verified.json").unlink()
        self.refused(self.tool("--verify"), "verified.json", "--force")
        shutil.rmtree(self.home)
        self.refused(self.tool("--verify"), "not installed")


def entry(name, kind=tarfile.REGTYPE, link=""):
    made = tarfile.TarInfo(name)
    made.type, made.linkname, made.mode = kind, link, 0o755
    return made


class Members(Tool):
    """The package itself is hostile, and pinned all the same."""

    def test_no_member_leaves_the_folder_and_none_is_taken_from_such_a_package(self):
        out = self.outside
        cases = {
            "an absolute path": [(entry(f"{INSIDE}/{out}/x"), "evil")],
            "two slashes": [(entry(f"{INSIDE}//{out}/x"), "evil")],
            "upwards": [(entry(f"{INSIDE}/../../../../../outside/x"), "evil")],
            "upwards and back": [(entry(f"{INSIDE}/bin/../bin/x"), "evil")],
            "an absolute path beside it": [(entry(f"/{out}/x"), "evil")],
            "upwards beside it": [(entry("package/../../outside/x"), "evil")],
            "a dot": [(entry(f"{INSIDE}/./x"), "evil")],
            "a backslash": [(entry(f"{INSIDE}/..\\x"), "evil")],
            "a newline": [(entry(f"{INSIDE}/a\nb"), "evil")],
            "a link, and a file through it": [
                (entry(f"{INSIDE}/to", tarfile.SYMTYPE, str(out)), ""),
                (entry(f"{INSIDE}/to/x"), "evil")],
            "a link that replaces a folder": [(entry(f"{INSIDE}/bin", tarfile.SYMTYPE, str(out)), "")],
            "a hard link": [(entry(f"{INSIDE}/x", tarfile.LNKTYPE, str(out / "kept")), "")],
            "a hard link within": [
                (entry(f"{INSIDE}/x", tarfile.LNKTYPE, f"{INSIDE}/bin/codex"), "")],
            "a device": [(entry(f"{INSIDE}/x", tarfile.CHRTYPE), "")],
            "a pipe": [(entry(f"{INSIDE}/x", tarfile.FIFOTYPE), "")],
            "a link beside it": [(entry("package/x", tarfile.SYMTYPE, str(out)), "")],
            "the same file twice": [(entry(f"{INSIDE}/bin/codex"), "evil")],
            "a folder where a file is": [(entry(f"{INSIDE}/bin/codex/x"), "evil")],
            "an upper folder": [(entry(f"{INSIDE}/..", tarfile.DIRTYPE), "")],
        }
        for what, evil in cases.items():
            with self.subTest(what):
                package = self.pack("evil.tgz", evil=evil)
                self.pin(package)
                self.refused(self.tool("--package", package), "nothing was installed", "holds")
                self.assert_nothing_outside()
                staged = self.stage(package)
                self.refused(staged, "holds")
                self.assert_nothing_outside()
                with self.assertRaisesRegex(runtimes.Failure, "holds"):
                    runtimes.unpack("1.2.3", self.fresh(), package)
                self.assert_nothing_outside()

    def stage(self, package):
        return self.tool(self.base / "staged", package, "--version", "1.2.3", "--platform", PLATFORM,
                         command=[sys.executable, "-B", self.tree / "tools" / "release" / "stage_runtime"])

    def fresh(self):
        return pathlib.Path(tempfile.mkdtemp(dir=self.base))

    def test_a_package_that_unpacks_to_more_than_any_runtime_is_refused(self):
        packages = runtimes.fetcher.packages
        with mock.patch.object(packages, "MOST_BYTES", 20):
            with self.assertRaisesRegex(runtimes.Failure, "unpacks to more than"):
                runtimes.unpack("1.2.3", self.fresh(), self.package)
        with mock.patch.object(packages, "MOST_MEMBERS", 3):
            with self.assertRaisesRegex(runtimes.Failure, "more than 3"):
                runtimes.unpack("1.2.3", self.fresh(), self.package)

    def test_a_version_that_is_none_leads_nowhere(self):
        for version in ("../../outside", "1.2.3\n", "", "1.2", "1.2.3/x", "\u0661.2.3", 7):
            self.pin(self.package, version)
            self.refused(self.tool("--package", self.package), "runtime.json", "version")
            self.assert_nothing_outside()


class Swapped(Tool):
    """Whoever owns the package's folder puts another one there once the first was checked."""

    def swapping(self, tool, how, *arguments):
        good, shared = self.package.read_bytes(), self.base / "shared.tgz"
        shared.write_bytes(good)
        other = self.pack("other.tgz", binary="another runtime")
        return self.tool(shared, other, *arguments,
                         command=[sys.executable, "-B", "-c", SWAPPING,
                                  self.tree / "tools" / tool, how])

    def test_what_was_checked_is_what_is_installed(self):
        for how in ("rename", "overwrite"):
            done = self.swapping("fetch_runtime", how, "--force", "--package",
                                 self.base / "shared.tgz")
            self.assertNotEqual((self.base / "shared.tgz").read_bytes(), self.package.read_bytes())
            self.assertEqual(done.returncode, 0, done)
            self.assertEqual((self.home / "bin" / "codex").read_text(), "the runtime")

    def test_what_was_checked_is_what_is_staged(self):
        for how in ("rename", "overwrite"):
            done = self.swapping("release/stage_runtime", how, self.base / "staged",
                                 self.base / "shared.tgz", "--version", "1.2.3",
                                 "--platform", PLATFORM)
            self.assertEqual(done.returncode, 0, done)
            staged = self.base / "staged" / f"1.2.3-{PLATFORM}" / "bin" / "codex"
            self.assertEqual(staged.read_text(), "the runtime")

    def test_version_and_hash_are_of_the_same_bytes(self):
        """One pass over the file: what says the version is part of what is hashed."""
        expected = runtimes.integrity_of(self.package)
        opened = []
        real = open

        def counting(file, *arguments, **options):
            if str(file) == str(self.package):
                opened.append(file)
            return real(file, *arguments, **options)

        with mock.patch("builtins.open", counting):
            self.assertEqual(runtimes.read_package(self.package), ("1.2.3", PLATFORM, expected))
        self.assertEqual(len(opened), 1)


class Locks(Tool):
    """What lies where the lock should be."""

    def planted(self):
        self.cache.mkdir(exist_ok=True)
        lock = self.cache / ".lock"
        lock.unlink(missing_ok=True)
        return lock

    def test_a_link_is_refused_and_its_target_stays(self):
        for target in (self.outside / "kept", self.outside / "new"):
            self.planted().symlink_to(target)
            self.refused(self.tool("--package", self.package), self.cache / ".lock", "is a link")
            self.assert_nothing_outside()

    def test_a_file_keeps_its_content(self):
        lock = self.planted()
        lock.write_text("untouched")
        self.install()
        self.assertEqual(lock.read_text(), "untouched")

    def test_what_is_no_file_of_our_own_is_refused_and_does_not_hang(self):
        os.mkfifo(self.planted())
        self.refused(self.tool("--package", self.package), self.cache / ".lock", "no file of yours")
        self.planted().touch()
        if os.geteuid() == 0:
            os.chown(self.cache / ".lock", NOBODY, NOBODY)
            self.refused(self.tool("--package", self.package), self.cache / ".lock")
        else:
            with mock.patch.object(os, "geteuid", return_value=os.getuid() + 1):
                with self.assertRaisesRegex(runtimes.Failure, "no file of yours"):
                    with runtimes.fetcher.exclusive(self.cache):
                        self.fail("it took the lock of another user")

    def test_the_lock_of_the_trial_tree_is_as_careful(self):
        self.planted().symlink_to(self.outside / "kept")
        with self.assertRaisesRegex(runtimes.Failure, "is a link"):
            with trial_tree.exclusive(self.cache):
                self.fail("it took a link for a lock")
        self.assert_nothing_outside()


class Schemas(Tool):
    """The schemas that are kept of other runtimes."""

    def setUp(self):
        super().setUp()
        self.kept = self.base / "xdg" / "codex-sdk" / "schema" / "1.2.3"
        self.kept.mkdir(parents=True)
        (self.kept / "runtime.json").write_text('{ "version": "1.2.3" }')
        variables = mock.patch.dict(os.environ, {"XDG_CACHE_HOME": str(self.base / "xdg")})
        variables.start()
        self.addCleanup(variables.stop)

    def test_a_kept_schema_is_taken(self):
        self.assertEqual(runtimes.kept_schema("1.2.3", self.fail), self.kept)
        self.assertTrue((self.kept / "responses.json").is_file())

    def test_what_others_can_write_to_is_refused(self):
        for place in (self.kept, self.kept.parent, self.kept / "runtime.json"):
            before = stat.S_IMODE(place.stat().st_mode)
            place.chmod(before | 0o002)
            with self.assertRaisesRegex(runtimes.Failure, "can be written by others"):
                runtimes.kept_schema("1.2.3", self.fail)
            place.chmod(before)

    def test_a_link_is_not_written_through(self):
        (self.kept / "responses.json").symlink_to(self.outside / "kept")
        with self.assertRaisesRegex(runtimes.Failure, "is a link"):
            runtimes.kept_schema("1.2.3", self.fail)
        self.assert_nothing_outside()


if __name__ == "__main__":
    unittest.main()
