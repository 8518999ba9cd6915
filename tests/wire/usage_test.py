import os
import subprocess
import unittest

from support import SCHEMA, SOON, TRACES, WIRE, WireTest, run, trace

COMMANDS = ["types", "methods", "check", "roundtrip", "show"]


class Usage(WireTest):
    def test_help_lists_every_command(self):
        for option in ["--help", "-h", "help"]:
            process = run(option)
            self.assert_exit(process, 0)
            for command in COMMANDS:
                self.assertIn(f"  {command}".encode(), process.stdout)

    def test_every_command_explains_itself(self):
        for command in COMMANDS:
            with self.subTest(command):
                process = run(command, "--help")
                self.assert_exit(process, 0)
                self.assertIn(f"codex-wire {command}".encode(), process.stdout)
                self.assertEqual(process.stderr, b"")
        self.assertIn(b"codex-wire check [OPTION...] FILE...\n", run("check", "--help").stdout)
        self.assertIn(b"codex-wire show [OPTION...] FILE\n", run("show", "--help").stdout)

    def test_the_version_is_that_of_the_runtime_whose_protocol_it_knows(self):
        import json

        version = json.loads((SCHEMA / "runtime.json").read_text())["version"]
        self.assertEqual(run("--version").stdout.decode(), f"codex-wire {version}\n")

    def test_wrong_usage_is_told_on_stderr_with_exit_code_2(self):
        for arguments in [
            [],
            ["nonsense"],
            ["types", "--nonsense"],
            ["types", "something"],
            ["methods", "something"],
            ["check"],
            ["check", "--nonsense"],
            ["roundtrip"],
            ["roundtrip", "--type"],
            ["show"],
            ["show", "a", "b"],
            ["show", "--color", "sometimes", trace("review")],
        ]:
            with self.subTest(arguments):
                process = run(*arguments)
                self.assertEqual(process.returncode, 2)
                self.assertEqual(process.stdout, b"")
                self.assertNotEqual(process.stderr, b"")

    def test_a_file_may_have_any_name(self):
        for name in ["a,b", "--type", "-", "with space", "ä"]:
            with self.subTest(name):
                self.file('{"method":"initialized"}', name=name)
                file = self.folder / name
                self.assert_exit(run("check", file), 0)
                self.assertIn(b"initialized", run("show", file).stdout)
                self.assertIn(b"initialized", run("check", file, file).stdout)

    def test_a_reader_that_goes_away_ends_it_quietly(self):
        for arguments in [["types"], ["check", *TRACES], ["show", trace("lifecycle")]]:
            # With SIGPIPE as shells leave it, and ignored as some parents leave it.
            for restore in [True, False]:
                with self.subTest(arguments[0], restore=restore):
                    reader, writer = os.pipe()
                    os.close(reader)
                    try:
                        process = subprocess.run(
                            [*WIRE, *map(str, arguments)],
                            stdin=subprocess.DEVNULL,
                            stdout=writer,
                            stderr=subprocess.PIPE,
                            timeout=SOON,
                            restore_signals=restore,
                        )
                    finally:
                        os.close(writer)
                    self.assertNotEqual(process.returncode, 0)
                    self.assertEqual(process.stderr, b"")

    def test_a_full_disk_is_told(self):
        with open("/dev/full", "wb") as full:
            process = subprocess.run(
                [*WIRE, "types"], stdout=full, stderr=subprocess.PIPE, timeout=SOON
            )
        self.assertEqual(process.returncode, 2)
        self.assertIn(b"cannot write", process.stderr)


if __name__ == "__main__":
    unittest.main()
