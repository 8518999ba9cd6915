#!/usr/bin/env python3
"""The history of the protocol: what `codex-codegen history add` writes down, and what comes of it
in the generated types. $CODEGEN is the generator; $CODEX_SDK_SCHEMAS the archive of real schemas,
whose tests are skipped without it."""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUNDLE = "codex_app_server_protocol.schemas.json"
CODEGEN = os.path.abspath(os.environ["CODEGEN"])
ARCHIVE = os.environ.get("CODEX_SDK_SCHEMAS", "")
TEXT = {"type": "string"}
COUNT = {"type": "integer"}


def struct(required=(), **members):
    return {"type": "object", "properties": members} | ({"required": list(required)} if required else {})


def ref(name):
    return {"$ref": f"#/definitions/{name}"}


def values(*names):
    return {"type": "string", "enum": list(names)}


def arm(tag, required=(), **members):
    return struct(["type", *required], type=values(tag), **members)


def message(method, params, envelope):
    parts = {"method": values(method), "params": ref(params)}
    if envelope.endswith("Request"):
        parts["id"] = TEXT
    return struct([name for name in parts if name != "params"], **parts)


class History(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.base = pathlib.Path(folder.name)
        self.file = self.base / "history.json"

    def schema(self, version, definitions, stable=None, read=(), written=()):
        """A folder as schema/ is. Notifications have the types of `read` as their params, client
        requests those of `written`."""
        folder = self.base / version
        for surface, own in (("experimental", definitions),
                             ("stable", definitions if stable is None else stable)):
            bundle = json.loads((HERE / "base.json").read_text()) | own
            for envelope, names in (("ServerNotification", read), ("ClientRequest", written)):
                bundle[envelope]["oneOf"] += [message(f"{name}/call", name, envelope) for name in names
                                              if name in own]
            (folder / surface).mkdir(parents=True)
            (folder / surface / BUNDLE).write_text(json.dumps({"definitions": bundle}))
        (folder / "runtime.json").write_text(json.dumps({"version": version}))
        responses = {"ping": "PingResponse", "ask": "AskResponse"}
        (folder / "responses.json").write_text(
            json.dumps(responses | {f"{name}/call": "PingResponse" for name in written}))
        return folder

    def run_codegen(self, *arguments, code=0):
        done = subprocess.run([CODEGEN, *map(str, arguments)], capture_output=True, text=True,
                              timeout=300, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def add(self, *schemas, code=0):
        return self.run_codegen("history", "add", "--history", self.file, *schemas, code=code).stderr

    def entries(self, section):
        return json.loads(self.file.read_text())[section]

    def generate(self, schema):
        self.run_codegen("generate", "--schema", schema, "--out", self.base / "out", "--history", self.file)
        return "".join(file.read_text() for file in sorted((self.base / "out").rglob("*.[ch]pp")))

    def step(self, before, after, **where):
        """The types of the newer of two schemas, with the history of that one step."""
        old = self.schema("0.1.0", before, **where)
        new = self.schema("0.2.0", after, **where)
        self.notes = self.add(old, new)
        return self.generate(new)


class Rules(History):
    def test_a_member_that_came_may_be_absent_where_it_is_read(self):
        before, after = {"A": struct(["a"], a=TEXT)}, {"A": struct(["a", "b"], a=TEXT, b=TEXT)}
        text = self.step(before, after, read=["A"])
        self.assertEqual(self.entries("members"), {"A.b": {"since": "0.2.0"}})
        self.assertIn("  /// Since 0.2.0.\n  std::optional<std::string> b{};", text)
        self.assertIn('{"b", {"0.2.0", ""}, ""}', text)

    def test_and_not_where_it_is_only_written(self):
        before, after = {"A": struct(["a"], a=TEXT)}, {"A": struct(["a", "b"], a=TEXT, b=TEXT)}
        self.assertIn("  /// Since 0.2.0.\n  std::string b;", self.step(before, after, written=["A"]))

    def test_what_is_read_and_written_counts_as_read(self):
        before, after = {"A": struct(["a"], a=TEXT)}, {"A": struct(["a", "b"], a=TEXT, b=TEXT)}
        text = self.step(before, after, read=["A"], written=["A"])
        self.assertIn("std::optional<std::string> b{};", text)

    def test_what_came_with_its_type_has_no_entry(self):
        text = self.step({}, {"A": struct(["b"], b=TEXT)}, read=["A"])
        self.assertEqual(self.entries("types"), {"A": {"since": "0.2.0"}})
        self.assertEqual(self.entries("members"), {})
        self.assertRegex(text, r"/// Since 0.2.0.\nstruct A \{\n  std::string b;")
        self.assertEqual(self.entries("methods"), {"ServerNotification#A/call": {"since": "0.2.0"}})
        self.assertIn('{"A/call", MethodKind::notification, {"0.2.0", ""}}', text)

    def test_a_member_that_is_gone_stays(self):
        text = self.step({"A": struct(["b"], a=TEXT, b=COUNT, c=TEXT)}, {"A": struct(a=TEXT, c=TEXT)},
                         read=["A"])
        self.assertEqual(self.entries("members"),
                         {"A.b": {"until": "0.1.0", "stable": True, "schema": COUNT}})
        gone = '  /// Until 0.1.0.\n  [[deprecated("Until 0.1.0.")]]\n  std::optional<std::int64_t> b{};\n'
        self.assertIn("  std::optional<std::string> a{};\n" + gone, text)  # in its place
        self.assertNotIn("Experimental", text[text.index("struct A"):text.index(gone)])

    def test_what_was_experimental_stays_so(self):
        old = self.schema("0.1.0", {"A": struct(b=COUNT)}, {"A": struct()}, read=["A"])
        new = self.schema("0.2.0", {"A": struct()}, read=["A"])
        self.add(old, new)
        self.assertNotIn("stable", self.entries("members")["A.b"])
        self.assertRegex(self.generate(new), r"struct A \{\n  /// Experimental(.*\n)+?  ///\n  /// Until 0.1.0.")

    def test_a_value_that_is_gone_stays_the_last(self):
        text = self.step({"E": values("x", "y", "z")}, {"E": values("x", "z", "w")})
        self.assertEqual(self.entries("values"), {"E=w": {"since": "0.2.0"},
                                                  "E=y": {"until": "0.1.0", "stable": True}})
        self.assertIn("  /// Since 0.2.0.\n  w,\n  /// Until 0.1.0.\n  y,\n};", text)
        self.assertNotIn("deprecated", text.partition("#pragma GCC diagnostic ignored")[0])

    def test_an_arm_that_is_gone_stays(self):
        text = self.step({"U": {"oneOf": [arm("x"), arm("y", n=COUNT)]}},
                         {"U": {"oneOf": [arm("x"), arm("z")]}})
        self.assertEqual(self.entries("arms")["U#z"], {"since": "0.2.0"})
        self.assertEqual(self.entries("arms")["U#y"]["until"], "0.1.0")
        self.assertRegex(text, r"Union<U,\s+XU,\s+ZU,\s+YU,\s+Unknown>")
        self.assertIn("/// Until 0.1.0.\nstruct YU {", text)  # a visit has to name it
        self.assertIn('{"y", {"", "0.1.0"}, ""}', text)

    def test_a_string_among_arms_stays(self):
        def union(*names):
            return {"U": {"oneOf": [values(*names), struct(["k"], k=COUNT) | {"additionalProperties": False}]}}

        text = self.step(union("a", "b"), union("a", "c"))
        self.assertIn("  /// Since 0.2.0.\n  c,\n  /// Until 0.1.0.\n  b,\n};", text)

    def test_a_type_and_a_method_that_are_gone_stay(self):
        before = {"AParams": struct(a=TEXT), "AResponse": struct(b=ref("Part")), "Part": struct(c=TEXT)}
        old = self.schema("0.1.0", before, written=["AParams"])
        (old / "responses.json").write_text('{"ping": "PingResponse", "ask": "AskResponse"}')
        new = self.schema("0.2.0", {})
        self.add(old, new)
        self.assertEqual(self.entries("methods")["ClientRequest#AParams/call"]["response"], "AResponse")
        text = self.generate(new)
        for name in ("AParams", "AResponse", "Part", "AParamsCall"):
            self.assertIn(f'struct [[deprecated("Until 0.1.0.")]] {name} {{', text)
        self.assertIn("using Response = AResponse;", text)

    def test_a_server_request_that_is_gone_can_be_handled_without_a_warning(self):
        types = {"AskParams": struct(a=ref("Part")), "AskResponse": struct(), "Part": struct(b=TEXT)}
        old = self.schema("0.1.0", types)
        bundle = old / "experimental" / BUNDLE
        schema = json.loads(bundle.read_text())
        schema["definitions"]["ServerRequest"]["oneOf"].append(
            message("time", "AskParams", "ServerRequest"))
        bundle.write_text(json.dumps(schema))
        new = self.schema("0.2.0", {"AskResponse": struct()})
        self.add(old, new)
        text = self.generate(new)
        self.assertNotIn("[[deprecated", text)
        for name in ("AskParams", "Part", "Time"):
            self.assertRegex(text, rf"/// Until 0\.1\.0\.\nstruct {name} \{{")

    def test_a_request_that_lost_its_params_is_still_answered_by_what_went_with_them(self):
        types = {"LookParams": struct(a=TEXT), "LookResponse": struct(b=TEXT)}
        old, new = self.schema("0.1.0", types), self.schema("0.2.0", {"LookResponse": types["LookResponse"]})
        for folder in (old, new):
            bundle = folder / "experimental" / BUNDLE
            schema = json.loads(bundle.read_text())
            request = message("peek/at", "LookParams", "ClientRequest")
            if folder == new:
                del request["properties"]["params"]
            schema["definitions"]["ClientRequest"]["oneOf"].append(request)
            bundle.write_text(json.dumps(schema))
        self.add(old, new)
        self.assertIn("using Response = LookResponse;", self.generate(new))
        made = self.run_codegen("generate", "--schema", new, "--out", self.base / "alone", "--no-history")
        self.assertIn("peek/at: response unknown", made.stderr)  # the name says nothing

    def test_what_came_back_was_never_gone(self):
        one, other = {"E": values("x", "y")}, {"E": values("x")}
        first = self.schema("0.1.0", one)
        self.add(first, self.schema("0.2.0", other))
        self.assertIn("until", self.entries("values")["E=y"])
        last = self.schema("0.3.0", one)
        self.add(self.base / "0.2.0", last)
        self.assertEqual(self.entries("values"), {})
        self.add(last, self.schema("0.4.0", {"E": values("x", "y", "z")}))
        self.add(self.base / "0.4.0", self.schema("0.5.0", one))
        self.add(self.base / "0.5.0", self.schema("0.6.0", {"E": values("x", "y", "z")}))
        self.assertEqual(self.entries("values"), {"E=z": {"since": "0.4.0"}})

    def test_what_older_runtimes_require_is_said_where_it_is_written(self):
        before, after = {"A": struct(["a", "b"], a=TEXT, b=TEXT)}, {"A": struct(
            a=TEXT, b={"type": ["string", "null"]})}
        text = self.step(before, after, written=["A"])
        self.assertEqual(self.entries("presence"), {
            "A.a": {"required_until": "0.1.0"},
            "A.b": {"required_until": "0.1.0", "not_null_until": "0.1.0"}})
        self.assertIn("  /// Required by runtimes up to 0.1.0.\n  std::optional<std::string> a{};", text)
        self.assertIn('{"a", {"", ""}, "0.1.0"}', text)

    def test_also_where_it_is_read_as_well(self):
        before, after = {"A": struct(["a"], a=TEXT)}, {"A": struct(a=TEXT)}
        self.assertIn("Required by runtimes up to 0.1.0.", self.step(before, after, read=["A"], written=["A"]))

    def test_what_is_required_again_was_never_required_by_older_ones_alone(self):
        loose, strict = {"A": struct(a=TEXT)}, {"A": struct(["a"], a=TEXT)}
        self.add(*(self.schema(f"0.{n}.0", own) for n, own in enumerate((strict, loose, strict))))
        self.assertEqual(self.entries("presence"), {"A.a": {"optional_until": "0.1.0"}})

    def test_and_not_where_it_is_read(self):
        before, after = {"A": struct(["a"], a=TEXT)}, {"A": struct(a=TEXT)}
        self.assertNotIn("Required by", self.step(before, after, read=["A"]))

    def test_what_older_runtimes_leave_out_or_say_as_null(self):
        before = {"A": struct(["b"], a=TEXT, b={"type": ["string", "null"]}, c={"anyOf": [
            ref("B"), {"type": "null"}]}), "B": struct()}
        after = {"A": struct(["a", "b"], a=TEXT, b=TEXT, c=ref("B")), "B": struct()}
        text = self.step(before, after, read=["A"])
        self.assertIn("std::optional<std::string> a{};", text)
        self.assertIn("std::optional<std::string> b;", text)
        self.assertIn("Optional<B> c{};", text)

    def test_strings_by_another_name_are_the_same(self):
        path, place = {"Path": TEXT, "Place": {"$ref": "#/definitions/Path"}}, {"E": values("x", "y")}
        text = self.step(
            path | place | {"A": struct(a=ref("Path"), b=ref("E"), c=ref("E"))},
            path | place | {"A": struct(a=ref("Place"), b=TEXT, c=values("x"))}, read=["A"])
        self.assertEqual((self.entries("shapes"), self.notes), ({}, ""))
        self.assertIn("std::optional<Place> a{};\n  std::optional<std::string> b{};", text)

    def test_integers_have_the_newest_width(self):
        text = self.step({"A": struct(a=COUNT | {"format": "uint64"})},
                         {"A": struct(a=COUNT | {"format": "int64"})}, read=["A"])
        self.assertEqual(self.entries("shapes"), {})
        self.assertIn("std::optional<std::int64_t> a{};", text)

    def test_one_form_that_became_several(self):
        before = {"A": struct(a=TEXT, b=values("x")), "B": struct(["n"], n=COUNT)}
        after = {"A": struct(a={"anyOf": [TEXT, ref("B")]}, b={"oneOf": [
            values("x", "y"), struct(["k"], k=COUNT) | {"additionalProperties": False}]}),
            "B": before["B"]}
        text = self.step(before, after, read=["A"])
        self.assertEqual((self.entries("shapes"), self.notes), ({}, ""))
        self.assertEqual(self.entries("arms"), {"A.a#B": {"since": "0.2.0"}, "A.b#k": {"since": "0.2.0"}})
        self.assertIn('{"B", {"0.2.0", ""}, ""}', text)

    def test_a_struct_that_became_a_union_by_a_member_of_its_own(self):
        before = {"A": struct(["type", "key"], type=values("x", "y"), key=TEXT, old=TEXT, n=COUNT)}
        after = {"A": {"type": "object", "required": ["key", "more"],
                       "properties": {"key": TEXT, "more": TEXT},
                       "oneOf": [arm("x", ["n"], n=COUNT), arm("y", ["m"], m=COUNT), arm("z", ["l"], l=COUNT)]}}
        text = self.step(before, after, read=["A"])
        self.assertEqual((self.entries("shapes"), self.notes), ({}, ""))
        for member in ("std::optional<std::int64_t> n", "std::optional<std::int64_t> m",
                       "std::optional<std::string> more", "std::string key", "std::int64_t l"):
            self.assertRegex(text, rf"\n  {re.escape(member)}[;{{ ]")
        self.assertNotIn('"old"', text)

    def test_arms_that_an_untagged_struct_could_not_be_came_with_the_union(self):
        before = {"A": struct(["name"], name=TEXT, note=TEXT)}
        after = {"A": {"oneOf": [arm("plain", ["name"], name=TEXT, more=TEXT),
                                 arm("noted", ["note"], note=TEXT),
                                 arm("counted", ["name"], name=COUNT),
                                 arm("group", ["name", "tools"], name=TEXT, tools=TEXT)]}}
        text = self.step(before, after, written=["A"])
        self.assertEqual(set(self.entries("shapes")), {"A"})
        self.assertEqual(self.entries("arms"), {"A#counted": {"since": "0.2.0"}, "A#group": {"since": "0.2.0"}})
        self.assertIn('{"group", {"0.2.0", ""}, ""}', text)

    def test_another_shape_is_noted_and_the_newest_wins(self):
        before = {"A": struct(a=struct(b=TEXT), u={"type": "array", "items": TEXT}), "S": struct(["s"], s=TEXT)}
        after = {"A": struct(a=COUNT, u={"type": "array", "items": ref("S")}), "S": struct(["s"], s=TEXT)}
        text = self.step(before, after, read=["A"])
        self.assertEqual({path: entry["until"] for path, entry in self.entries("shapes").items()},
                         {"A.a": "0.1.0", "A.u[]": "0.1.0"})
        self.assertIn("note: A.a: a struct became an integer in 0.2.0\n", self.notes)
        self.assertIn("std::optional<std::int64_t> a{};\n  std::optional<std::vector<S>> u{};", text)
        third = self.schema("0.3.0", {"A": struct(a=COUNT), "S": after["S"]}, read=["A"])
        self.add(self.base / "0.2.0", third)
        self.generate(third)  # what is gone has its last form

    def test_parts_of_another_shape_are_forgotten(self):
        self.step({"A": struct(a=TEXT, g=TEXT)}, {"A": struct(a=TEXT, b=TEXT)}, read=["A"])
        third = self.schema("0.3.0", {"A": {"oneOf": [arm("x"), arm("y")]}}, read=["A"])
        self.add(self.base / "0.2.0", third)
        self.assertEqual(self.entries("members"), {})
        self.assertNotIn('"g"', self.generate(third))

    def test_parts_of_what_is_gone_keep_their_dates(self):
        self.step({"A": struct(a=TEXT, z=TEXT), "E": values("x")},
                  {"A": struct(a=TEXT, e=ref("E")), "E": values("x", "y")}, read=["A"])
        third = self.schema("0.3.0", {})
        self.add(self.base / "0.2.0", third)
        text = self.generate(third)
        self.assertIn("  /// Since 0.2.0.\n  y,", text)
        self.assertRegex(text, r"  /// Since 0\.2\.0\.\n  std::optional<E> e\{\};\n  /// Until 0\.1\.0\.\n")

    def test_names_with_signs_of_their_own(self):
        odd = "a.b#c=d[]"
        text = self.step({"A": struct(**{"$x": struct(**{odd: TEXT, "gone.too": TEXT})}), "E": values("=", "a=b")},
                         {"A": struct(**{"$x": struct(**{odd: TEXT, "new.one": TEXT})}), "E": values("=", "b=")},
                         read=["A"])
        self.assertEqual(set(self.entries("members")), {"A.$x.gone.too", "A.$x.new.one"})
        self.assertEqual(set(self.entries("values")), {"E=a=b", "E=b="})
        self.assertIn('{"gone.too", {"", "0.1.0"}, ""}', text)
        self.assertIn('{"a=b", {"", "0.1.0"}, ""}', text)


class File(History):
    def three(self):
        return [self.schema("0.1.0", {"A": struct(a=TEXT, b=TEXT), "B": struct()}),
                self.schema("0.2.0", {"A": struct(b=TEXT, c=COUNT)}),
                self.schema("0.10.0", {"A": struct(c=COUNT), "E": values("x")})]

    def test_step_by_step_or_in_one_run_it_is_the_same(self):
        schemas = self.three()
        self.add(*schemas)
        at_once = self.file.read_bytes()
        self.file.unlink()
        self.add(*schemas[:2])
        self.add(*schemas[1:])
        self.assertEqual(self.file.read_bytes(), at_once)
        self.assertEqual(json.loads(at_once)["versions"], ["0.1.0", "0.2.0", "0.10.0"])

    def test_a_version_that_is_known_changes_nothing(self):
        schemas = self.three()
        self.add(*schemas)
        before = self.file.read_bytes()
        for pair in (schemas[:2], schemas[1:], schemas[::-1][:2]):
            self.add(*pair)
            self.assertEqual(self.file.read_bytes(), before)

    def test_one_entry_a_line(self):
        self.add(*self.three())
        for line in self.file.read_text().splitlines():
            self.assertRegex(line, r'^(\{|\}|"\w+": (\[.*\]|\{\}?),?|"[^"]+": \{.*\},?|\},?)$')

    def test_steps_that_do_not_follow_are_refused(self):
        old, middle, new = self.three()
        self.add(old, middle)
        before = self.file.read_bytes()
        self.assertIn("ends with 0.2.0, not with 0.1.0", self.add(old, new, code=2))
        self.assertIn("0.1.9 is none", self.add(middle, self.schema("0.1.9", {}), code=2))
        self.assertEqual(self.file.read_bytes(), before)

    def test_the_version_may_be_an_option(self):
        old, new, _ = self.three()
        for folder in (old, new):
            (folder / "runtime.json").unlink()
        self.assertIn("does not say the version", self.add(old, new, code=2))
        self.run_codegen("history", "add", "--history", self.file, old, new, "--old-version", "0.7.0",
                         "--new-version", "0.8.0-alpha.1")
        self.assertEqual(self.entries("members")["A.c"], {"since": "0.8.0-alpha.1"})

    def test_it_is_read_from_the_schemas_folder_unless_told_otherwise(self):
        old, new, _ = self.three()
        self.add(old, new)

        def made(*options):
            out = self.base / "-".join(["made", *map(str, options)]).replace("/", "-")
            self.run_codegen("generate", "--schema", new, "--out", out, *options)
            return "".join(file.read_text() for file in out.rglob("*.hpp"))

        self.assertNotIn("Until", made())
        self.assertIn("Until 0.1.0.", made("--history", self.file))
        self.file.rename(new / "history.json")
        self.assertIn("Until 0.1.0.", made("--responses", new / "responses.json"))
        self.assertNotIn("Until", made("--no-history"))

    def test_bundles_newer_than_the_pinned_runtime(self):
        old, new, _ = self.three()
        (new / "runtime.json").write_text('{"version": "0.1.0", "schema": "0.2.0"}')
        self.add(old, new)
        text = self.generate(new)
        self.assertIn("(codex 0.2.0)", text)
        self.assertIn('runtime_version = "0.1.0"', text)

    def test_the_history_of_another_runtime_harms_nothing(self):
        schemas = self.three()
        self.add(*schemas)
        for schema in (*schemas, self.schema("0.3.0", {"A": values("x"), "E": struct(), "B": TEXT})):
            self.generate(schema)

    def test_what_is_no_history_is_refused(self):
        old, new, _ = self.three()
        for text in ("[]", "{", '{"versions": 1}', '{"versions": ["x"]}', '{"members": []}', '{"more": {}}',
                     '{"members": {"A.a": 1}}', '{"members": {"A.a": {"since": "*/ EVIL"}}}',
                     '{"members": {"A.a": {"evil": 1}}}', "[" * 500_000,
                     '{"versions": ["0.2.0", "0.1.0"]}', '{"versions": ["0.1.0", "0.1.0"]}',
                     '{"versions": ["0.1.0"], "members": {"A.a": {"since": "0.1.1"}}}'):
            self.file.write_text(text)
            done = self.run_codegen("generate", "--schema", new, "--out", self.base / "out", "--history",
                                    self.file, code=2)
            self.assertIn("history.json", done.stderr)
            self.add(old, new, code=2)


@unittest.skipUnless(ARCHIVE, "no archive of schemas: set CODEX_SDK_SCHEMAS to check schema/history.json")
class Archive(History):
    def test_from_nothing_to_today(self):
        committed = (ROOT / "schema" / "history.json").read_text()
        newest = json.loads(committed)["versions"][-1]
        subprocess.run([ROOT / "tools/make_history", ARCHIVE, "--out", self.file, "--up-to", newest,
                        "--codegen", CODEGEN], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        self.assertEqual(self.file.read_text(), committed,
                         "schema/history.json is not what tools/make_history makes of the archive")


if __name__ == "__main__":
    unittest.main()
