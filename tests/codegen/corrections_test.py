#!/usr/bin/env python3
"""codex-codegen with a schema that is wrong, and corrections.json that says where. $CODEGEN is the
generator."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
BUNDLE = "codex_app_server_protocol.schemas.json"
CODEGEN = os.path.abspath(os.environ["CODEGEN"])

ENTRY = {"oneOf": [
    {"type": "object", "required": ["type", "turn_id"], "properties": {
        "type": {"type": "string", "enum": ["turn"]},
        "started_at": {"type": "integer"}, "turn_id": {"type": "string"}}},
    {"type": "object", "required": ["type", "itemId"], "properties": {
        "type": {"type": "string", "enum": ["item"]}, "itemId": {"type": "string"}}}]}
PLAIN = {"type": "object", "required": ["name", "size"], "properties": {
    "name": {"type": "string"}, "size": {"type": "string"}}}
RENAMED = {"type": "Entry", "seen": "run",
           "rename": {"turn_id": "turnId", "started_at": "startedAt"}}


class Corrections(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.base = pathlib.Path(folder.name)

    def generate(self, corrections, version="0.169.0", entry=ENTRY):
        """What the generator says, and all that it writes."""
        definitions = json.loads((HERE / "base.json").read_text())
        definitions |= {"Plain": PLAIN, "v2": {"Entry": entry}}
        for surface in ("stable", "experimental"):
            (self.base / surface).mkdir(exist_ok=True)
            (self.base / surface / BUNDLE).write_text(json.dumps({"definitions": definitions}))
        (self.base / "responses.json").write_text('{"ping": "PingResponse", "ask": "AskResponse"}')
        (self.base / "runtime.json").write_text(json.dumps({"version": version}))
        (self.base / "corrections.json").write_text(json.dumps(corrections))
        done = subprocess.run([CODEGEN, "generate", "--schema", self.base, "--out",
                               self.base / "out"], capture_output=True, text=True, check=False)
        code = "".join(file.read_text() for file in (self.base / "out").rglob("*.*pp"))
        return done, " ".join(code.split())

    def taken(self, *corrections, **more):
        done, code = self.generate(corrections, **more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stderr, code

    def test_members_go_by_the_name_that_the_runtime_uses(self):
        said, code = self.taken(RENAMED)
        self.assertEqual(said, "")
        self.assertIn('REQUIRED(TurnEntry, turn_id, "turnId")', code)
        self.assertIn('OPTIONAL(TurnEntry, started_at, "startedAt")', code)
        self.assertNotIn('"turn_id"', code)

    def test_members_get_another_type_or_may_be_missing(self):
        said, code = self.taken({"type": "Plain", "seen": "run", "optional": ["name"],
                                 "retype": {"size": {"type": "integer"}}})
        self.assertEqual(said, "")
        self.assertIn("std::int64_t size", code)
        self.assertIn("std::optional<std::string> name", code)

    def test_only_the_versions_that_need_it_are_corrected(self):
        limits = RENAMED | {"since": "0.150.0", "until": "0.169.0"}
        for version, wire in {"0.149.9": "turn_id", "0.150.0": "turnId", "0.169.0": "turnId",
                              "0.170.0": "turn_id", "1.0.0-alpha.1": "turn_id"}.items():
            with self.subTest(version):
                said, code = self.taken(limits, version=version)
                self.assertEqual(said, "")
                self.assertIn(f'"{wire}"', code)

    def test_what_upstream_has_mended_is_noted(self):
        mended = json.loads(json.dumps(ENTRY).replace("turn_id", "turnId"))
        said, code = self.taken(RENAMED, entry=mended)
        self.assertEqual(said, "note: #/definitions/v2/Entry: needs no correction of turn_id (any "
                               "more)\n")
        self.assertIn('"turnId"', code)
        self.assertIn('"startedAt"', code)

    def test_a_type_that_a_runtime_lacks_needs_no_correction(self):
        said, _ = self.taken(RENAMED | {"type": "Absent"})
        self.assertEqual(said, "")

    def test_a_list_that_is_not_understood_is_refused(self):
        for wrong in ({}, [1], [{"type": "Entry"}], [{"seen": "run"}], [RENAMED | {"rename": 1}],
                      [RENAMED | {"rename": {"a": 1}}], [RENAMED | {"renamed": {}}],
                      [RENAMED | {"optional": [1]}], [RENAMED | {"since": 1}]):
            with self.subTest(wrong):
                done, _ = self.generate(wrong)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn("corrections.json", done.stderr)


if __name__ == "__main__":
    unittest.main()
