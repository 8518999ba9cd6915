"""stage_sdk and stage_runtime of tools/release, on small trees and packages made up here."""

import base64
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import tarfile
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = "x86_64-unknown-linux-musl"
FOLDER = f"vendor/{TARGET}"
NAME = "1.2.3-linux-x64"


class Staging(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="staging test ")
        self.addCleanup(folder.cleanup)
        self.home = pathlib.Path(folder.name)
        self.out = self.home / "out"

    def tool(self, name, *arguments):
        return subprocess.run(["python3", "-B", ROOT / "tools" / "release" / name, *arguments], text=True,
                              capture_output=True, timeout=60, check=False)

    def refused(self, done, *texts):
        """One line that says why; nothing is staged, and nothing is left behind."""
        self.assertEqual(done.returncode, 1, done)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        for text in texts:
            self.assertIn(text, done.stderr)
        self.assertEqual(list(self.out.glob("*")) + list(self.out.glob(".*")), [])

    def write(self, file, text="", mode=0o644):
        path = self.home / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def contents(self, archive):
        with tarfile.open(self.out / archive) as opened:
            return {entry.name: entry for entry in opened}


class StageSdk(Staging):
    def setUp(self):
        super().setUp()
        self.root = self.home / "sdk tree"
        files = ["CHANGELOG.md", "CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md",
                 "codegen/CMakeLists.txt", "docs/page.md", "examples/one.cpp",
                 "packaging/conan/conanfile.py", "sdk/CMakeLists.txt",
                 "schema/corrections.json", "schema/responses.json", "tools/cmake/one.cmake",
                 "tools/program/start.hpp", "tools/setup/install_packages",
                 "tools/quickstart", "tools/setup/steps.bash", "tools/upkeep/packages.py",
                 "tools/upkeep/trust.py", "tools/wine/run", "tools/wire/main.cpp",
                 "tests/unit/left_out.cpp", "build/left_out"]
        for file in files:
            self.write(f"sdk tree/{file}", file)
        self.write("sdk tree/tools/fetch_runtime", "#!/bin/sh\n", 0o755)
        self.port = "packaging/vcpkg/ports/codex-sdk/vcpkg.json"
        self.write(f"sdk tree/{self.port}", '{"version": "1.2.3", "dependencies": []}')
        self.write("sdk tree/schema/runtime.json", '{"version": "1.2.3", "platforms": {}}')
        self.registry = self.write("sdk tree/generated/include/codex/protocol/registry.hpp",
                                   'inline constexpr std::string_view runtime_version = "1.2.3";')

    def stage(self, version="1.2.3", *arguments):
        return self.tool("stage_sdk", self.out, "--version", version, "--root", self.root,
                         *arguments)

    def staged(self, version="1.2.3", *arguments):
        done = self.stage(version, *arguments)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done

    def test_a_release_holds_what_is_built_and_its_version(self):
        self.staged()
        content = self.out / "codex-sdk-1.2.3"
        self.assertEqual((content / "VERSION").read_text(), "1.2.3\n")
        self.assertEqual((content / "sdk/CMakeLists.txt").read_text(), "sdk/CMakeLists.txt")
        self.assertEqual((content / "generated/include/codex/protocol/registry.hpp").read_text(),
                         self.registry.read_text())
        self.assertTrue((content / "tools/upkeep/trust.py").exists())
        self.assertFalse((content / "tests").exists())
        self.assertFalse((content / "build").exists())
        entries = self.contents("codex-sdk-1.2.3.tar.gz")
        self.assertEqual(entries["codex-sdk-1.2.3/tools/fetch_runtime"].mode, 0o755)
        self.assertEqual(entries["codex-sdk-1.2.3/LICENSE"].mode, 0o644)
        self.assertEqual({(entry.uid, entry.gid, entry.uname, entry.mtime)
                          for entry in entries.values()}, {(0, 0, "", 315532800)})
        self.assertEqual(list(entries), sorted(entries, key=lambda name: name.split("/")))

    def test_the_same_files_give_the_same_bytes(self):
        self.staged()
        first = (self.out / "codex-sdk-1.2.3.tar.gz").read_bytes()
        copy = self.home / "another copy"
        shutil.copytree(self.root, copy, copy_function=shutil.copy)
        (copy / "LICENSE").chmod(0o600)
        os.utime(copy / "LICENSE", (1, 1))
        self.root = copy
        self.staged()
        self.assertEqual((self.out / "codex-sdk-1.2.3.tar.gz").read_bytes(), first)
        digest = (self.out / "codex-sdk-1.2.3.tar.gz.sha256").read_text()
        self.assertEqual(digest, f"{hashlib.sha256(first).hexdigest()}  codex-sdk-1.2.3.tar.gz\n")

    def test_an_older_staging_is_replaced_and_other_files_stay(self):
        self.write("out/codex-sdk-1.2.3/old")
        self.write("out/mine")
        self.write("out/.staging-codex-sdk-1.2.3-killed/x")
        self.staged()
        self.assertFalse((self.out / "codex-sdk-1.2.3/old").exists())
        self.assertEqual(sorted(path.name for path in self.out.iterdir()),
                         ["codex-sdk-1.2.3", "codex-sdk-1.2.3.tar.gz",
                          "codex-sdk-1.2.3.tar.gz.sha256", "mine"])

    def test_the_port_of_vcpkg_has_the_version_of_the_release(self):
        self.staged("1.2.3.4")
        port = json.loads((self.out / "codex-sdk-1.2.3.4" / self.port).read_text())
        self.assertEqual(port, {"version": "1.2.3.4", "dependencies": []})

    def test_versions_are_the_runtimes(self):
        for version, name in (("v1.2.3", "1.2.3"), ("rust-v1.2.3", "1.2.3"), ("1.2.3.4", "1.2.3.4")):
            self.staged(version)
            self.assertEqual((self.out / f"codex-sdk-{name}/VERSION").read_text(), f"{name}\n")
        shutil.rmtree(self.out)
        for version in ("1.2.4", "1.2.3-alpha.1"):
            self.refused(self.stage(version), "codex 1.2.3", f"update_runtime {version}")
        for version in ("", "1.2", "latest", "1.2.3-gamma.1", "1.2.3.4.5", "1.2.3\n"):
            self.refused(self.stage(version), "is no version")

    def test_a_prerelease_of_the_runtime_is_one_of_the_sdk(self):
        for file in ("schema/runtime.json", "generated/include/codex/protocol/registry.hpp"):
            path = self.root / file
            path.write_text(path.read_text().replace("1.2.3", "1.2.3-alpha.1.2"))
        self.staged("rust-v1.2.3-alpha.1.2")
        self.assertTrue((self.out / "codex-sdk-1.2.3-alpha.1.2.tar.gz").exists())

    def test_a_protocol_that_is_not_the_pinned_one_is_refused(self):
        self.registry.write_text('runtime_version = "1.2.2";')
        self.refused(self.stage(), "generated/ is of codex 1.2.2")

    def test_what_is_missing_is_named(self):
        (self.root / "LICENSE").unlink()
        shutil.rmtree(self.root / "generated")
        self.refused(self.stage(), "Missing SDK entries", "LICENSE, generated")

    def test_a_broken_pin_is_told(self):
        for text in ("{", "[]", '{"version": 1}'):
            (self.root / "schema/runtime.json").write_text(text)
            self.refused(self.stage(), "runtime.json")

    def test_a_folder_within_the_sources_is_refused(self):
        for folder in (self.root, self.root / "sdk/out", self.home):
            self.out = folder
            done = self.stage()
            self.assertEqual(done.returncode, 1)
            self.assertIn("overlap", done.stderr)

    def test_links_are_refused(self):
        (self.root / "docs/link").symlink_to("/etc/passwd")
        self.refused(self.stage(), "docs/link")

    def test_what_is_not_committed_is_refused_unless_asked_for(self):
        def git(*arguments):
            subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@y", *arguments],
                           cwd=self.root, check=True, stdout=subprocess.DEVNULL)
        git("init", "--quiet")
        self.write("sdk tree/.gitignore", "*.junk\n")
        self.write("sdk tree/sdk/a.junk")
        git("add", ".")
        git("commit", "--quiet", "-m", "x")
        self.write("sdk tree/sdk/new.cpp")
        self.refused(self.stage(), "not committed: sdk/new.cpp")
        self.write("sdk tree/tests/is no part of it")
        self.staged("1.2.3", "--allow-dirty")
        self.assertTrue((self.out / "codex-sdk-1.2.3/sdk/new.cpp").exists())
        self.assertFalse((self.out / "codex-sdk-1.2.3/sdk/a.junk").exists())


class StageRuntime(Staging):
    def setUp(self):
        super().setUp()
        self.content = self.home / "npm/package" / FOLDER
        self.manifest = {"layoutVersion": 1, "version": "1.2.3", "target": TARGET,
                         "entrypoint": "bin/codex", "resourcesDir": "codex-resources",
                         "pathDir": "codex-path"}
        self.put("codex-package.json", json.dumps(self.manifest))
        self.put("bin/codex", "the runtime", 0o755)
        self.put("bin/codex-code-mode-host", "its host", 0o755)
        self.put("codex-resources/a", "a resource")
        self.put("codex-path/rg", "rg", 0o755)
        self.write("npm/package/package.json", "{}")

    def put(self, file, text, mode=0o644):
        self.write(self.content.relative_to(self.home) / file, text, mode)

    def tarball(self):
        file = self.home / "package.tgz"
        with tarfile.open(file, "w:gz") as archive:
            archive.add(self.home / "npm/package", "package")
        return file

    def stage(self, package, version="1.2.3", platform="linux-x64", integrity=None):
        if integrity is None and package.is_file():
            digest = hashlib.sha512(package.read_bytes()).digest()
            integrity = "sha512-" + base64.b64encode(digest).decode()
        pin = self.write("pin.json", json.dumps({"version": "1.2.3", "platforms": {
            "linux-x64": {"folder": FOLDER, "target": TARGET, "integrity": integrity}}}))
        return self.tool("stage_runtime", self.out, package, "--version", version, "--platform",
                         platform, "--pin", pin)

    def staged(self, package):
        done = self.stage(package)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return (self.out / f"codex-runtime-{NAME}.tar.gz").read_bytes()

    def test_an_archive_and_the_folder_it_was_unpacked_into_give_the_same_bytes(self):
        first = self.staged(self.tarball())
        entries = self.contents(f"codex-runtime-{NAME}.tar.gz")
        self.assertEqual((self.out / NAME / "bin/codex").read_text(), "the runtime")
        self.assertEqual(entries[f"{NAME}/bin/codex"].mode, 0o755)
        self.assertEqual(entries[f"{NAME}/codex-resources/a"].mode, 0o644)
        self.assertNotIn(f"{NAME}/package.json", entries)
        for folder in (self.home / "npm", self.home / "npm/package", self.content):
            self.assertEqual(self.staged(folder), first)

    def test_an_older_staging_is_replaced(self):
        self.write(f"out/{NAME}/old")
        self.staged(self.tarball())
        self.assertFalse((self.out / NAME / "old").exists())

    def test_another_package_than_the_pinned_one_is_refused(self):
        self.refused(self.stage(self.tarball(), integrity="sha512-x"), "not the pinned package")

    def test_other_versions_and_platforms_are_refused(self):
        package = self.tarball()
        self.refused(self.stage(package, version="1.2.4"), "codex 1.2.3 and no other")
        self.refused(self.stage(package, version="1.2.3.1"), "codex 1.2.3 and no other")
        self.refused(self.stage(package, version=""), "is no version")
        self.refused(self.stage(package, platform="beos-m68k"), "beos-m68k", "linux-x64")
        self.refused(self.stage(package, platform=""), "there are linux-x64")

    def test_what_is_missing_is_named(self):
        for entry in ("codex-package.json", "bin/codex", "bin/codex-code-mode-host",
                      "codex-resources", "codex-path"):
            path, kept = self.content / entry, self.home / "kept"
            path.rename(kept)
            for package in (self.tarball(), self.content):
                self.refused(self.stage(package), "Missing Codex package layout entries", entry)
            kept.rename(path)

    def test_a_manifest_of_something_else_is_told(self):
        for key, value in (("version", "1.2.2"), ("target", "x"), ("layoutVersion", 2)):
            self.put("codex-package.json", json.dumps(self.manifest | {key: value}))
            self.refused(self.stage(self.content), "codex-package.json", f"{key} is {value!r}")
        self.put("codex-package.json", "{")
        self.refused(self.stage(self.content), "is no JSON")

    def test_a_program_that_cannot_be_run_is_told(self):
        (self.content / "bin/codex").chmod(0o644)
        self.refused(self.stage(self.content), "no executables", "bin/codex")

    def test_what_is_no_plain_file_is_refused(self):
        for make in (lambda path: path.symlink_to("/etc/passwd"), lambda path: path.symlink_to("/"),
                     os.mkfifo):
            path = self.content / "codex-resources/odd"
            make(path)
            for package in (self.tarball(), self.content):
                self.refused(self.stage(package), "odd", "neither a plain file nor a folder")
            path.unlink()

    def test_a_member_outside_is_refused(self):
        file = self.home / "evil.tgz"
        with tarfile.open(file, "w:gz") as archive:
            archive.add(self.home / "pin.json" if (self.home / "pin.json").exists()
                        else self.content / "bin/codex", f"package/{FOLDER}/../../x")
        self.refused(self.stage(file), "whose path is no plain one and may lead elsewhere")

    def test_overlapping_folders_are_refused(self):
        for folder in (self.content, self.content / "out", self.home / "npm"):
            self.out = folder
            done = self.stage(self.content)
            self.assertEqual(done.returncode, 1)
            self.assertIn("overlap", done.stderr)

    def test_no_package_and_no_archive_are_told(self):
        self.refused(self.stage(self.home / "missing", integrity="x"), "there is no package")
        self.refused(self.stage(self.write("text.tgz", "no archive")), "nor a readable .tgz")
        whole = self.tarball().read_bytes()
        half = self.home / "half.tgz"
        half.write_bytes(whole[:len(whole) // 2])
        self.refused(self.stage(half), "nor a readable .tgz")

    def test_what_was_there_stays_where_something_goes_wrong(self):
        self.write(f"out/{NAME}/old")
        (self.content / "bin/codex").unlink()
        self.assertEqual(self.stage(self.content).returncode, 1)
        self.assertEqual([str(path.relative_to(self.out)) for path in self.out.rglob("*")],
                         [NAME, f"{NAME}/old"])


if __name__ == "__main__":
    unittest.main()
