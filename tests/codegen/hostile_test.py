#!/usr/bin/env python3
"""codex-codegen on schemas whose author means harm: nothing of theirs becomes code, a command of
Doxygen or of a terminal, and none of them takes more than a gigabyte. $CODEGEN is the generator."""

import itertools
import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
BUNDLE = "codex_app_server_protocol.schemas.json"
CODEGEN = os.path.abspath(os.environ["CODEGEN"])
MOST_MEMORY = 1 << 30  # of addresses


def limit():
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


# Sanitizers take terabytes of addresses for themselves.
LIMITED = subprocess.run([CODEGEN, "--help"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                         preexec_fn=limit, check=False).returncode == 0
LIMIT = 128  # levels

# Each may stand anywhere in a schema where text can; EVIL must never be seen as code.
TEXTS = [
    "a\nEVIL", "a\r\nEVIL", "a\rEVIL", "a\u0000EVIL", "a\u000b\u000cEVIL", "*/ EVIL /*", "// EVIL",
    "a\\\nEVIL", "a \\", "a \\ \nEVIL", "a ??/\nEVIL", "a??/", "\"; EVIL; \"", "'EVIL'", ")\" EVIL R\"(",
    "#include <EVIL>", "#define EVIL", "\n#include \"EVIL\"", "a\u2028EVIL\u2029", "a\u0085EVIL",
    "\u202e EVIL \u202c", "\u2066EVIL\u2069", "\u200bEVIL\ufeff", "na\u00efve \u6f22 EVIL",
    "\U000e0041EVIL", "%s%n EVIL", "\\u0022 EVIL", "\x1b[31mEVIL\x1b]0;x\x07", "\x7fEVIL\x9b31m",
]
COMMANDS = [
    "\\include EVIL", "@include EVIL", "@file EVIL", "\\cond EVIL", "@if EVIL", "a@cond EVIL",
    "`\\cond EVIL`", "`it's \\cond EVIL`", "``it's @cond EVIL``", "\\htmlonly <b>EVIL</b> \\endhtmlonly",
    "@verbatim EVIL", "\\code EVIL", "@dot EVIL", "\\image html EVIL", "@}", "@{", "\\mainpage EVIL",
    "<script>EVIL</script>", "<img src=EVIL>", "<a href=\"javascript:EVIL\">x</a>", "<EVIL", "&copy;",
    "![EVIL](http://evil.example/x.png)", "[EVIL](javascript:EVIL)", "[EVIL] (javascript:EVIL)",
    "[EVIL]: javascript:EVIL\n[EVIL]", "[EVIL][x]", "```EVIL\n\\cond EVIL", "a ``` EVIL",
    "```dot\ndigraph EVIL {}\n```", "~~~\n@cond EVIL", "    \\cond EVIL", "a\n\n    @cond EVIL",
    "\\f[ EVIL", "\\\\cond EVIL", "\\@cond EVIL", "@\\cond EVIL", "- @cond EVIL", "# @cond EVIL",
    "| @cond EVIL |", "> @cond EVIL", "@deprecated @cond EVIL",
]


class Hostile(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.base = pathlib.Path(folder.name)

    def lay_out(self, definitions, version="1.2.3", name="schema"):
        """A folder as schema/ is; `definitions` may be JSON text."""
        folder = self.base / name
        shutil.rmtree(folder, ignore_errors=True)
        text = definitions if isinstance(definitions, str) else json.dumps(definitions)
        base = json.loads((HERE / "base.json").read_text())
        own = definitions if isinstance(definitions, dict) else {}
        if own:
            for union in set(own) & set(base):
                base[union]["oneOf"] += own[union]["oneOf"]
            text = json.dumps({name: own[name] for name in own if name not in base})
        outer = json.dumps(base)[:-1]
        inner = text.strip()[1:-1]
        for surface in ("stable", "experimental"):
            (folder / surface).mkdir(parents=True)
            (folder / surface / BUNDLE).write_text(
                '{"definitions": ' + outer + (", " + inner if inner else "") + "}}")
        (folder / "responses.json").write_text('{"ping": "PingResponse", "ask": "AskResponse"}')
        (folder / "runtime.json").write_text(json.dumps({"version": version}))
        return folder

    def codegen(self, *words):
        return subprocess.run([CODEGEN, *map(str, words)], capture_output=True, timeout=100,
                              check=False, preexec_fn=limit if LIMITED else None, cwd=self.base)

    def generate(self, schema):
        return self.codegen("generate", "--schema", schema, "--out", self.base / "out")

    def generated(self, definitions):
        shutil.rmtree(self.base / "out", ignore_errors=True)
        done = self.generate(self.lay_out(definitions))
        self.assertEqual((done.returncode, done.stderr), (0, b""), done.stderr[:2000])
        return self.files()

    def noted(self, definitions, *texts):
        """Generated, with notes of one short line each that a terminal shows as it is."""
        shutil.rmtree(self.base / "out", ignore_errors=True)
        done = self.generate(self.lay_out(definitions))
        self.assertEqual(done.returncode, 0, done.stderr[:2000])
        self.assert_printable(done.stderr)
        said = done.stderr.decode()
        for line in said.splitlines():
            self.assertTrue(line.startswith("note: ") and len(line) < 2000, line)
        for text in texts:
            self.assertIn(str(text), said)
        return self.files()

    def files(self):
        return {file.relative_to(self.base / "out"): file.read_bytes()
                for file in (self.base / "out").rglob("*") if file.is_file()}

    def refused(self, done, *texts):
        """Refused in one short line that a terminal shows as it is."""
        self.assertEqual(done.returncode, 2, (done.returncode, done.stderr[-500:]))
        self.assert_printable(done.stderr)
        said = done.stderr.decode()
        self.assertEqual(said.count("\n"), 1, said)
        self.assertLess(len(said), 2000)
        for text in texts:
            self.assertIn(str(text), said)

    def assert_printable(self, text):
        decoded = text.decode()
        self.assertTrue(all(c == "\n" or c.isprintable() for c in decoded), decoded)

    def every_way(self, schema, *texts):
        """Each command refuses it."""
        good = self.lay_out({}, name="good")
        for words in (["generate", "--schema", schema, "--out", self.base / "out"],
                      ["check", "--schema", schema, "--out", self.base / "out"],
                      ["dictionary", "--schema", schema, "--out", self.base / "words"],
                      ["diff", schema, good], ["diff", good, schema]):
            self.refused(self.codegen(*words), *texts)
        self.assertFalse((self.base / "out").exists())
        self.assertFalse((self.base / "words").exists())


class Version(Hostile):
    def test_a_version_is_a_version_or_nothing_is_generated(self):
        for version in ("1.2.3\n#include <x>", "1.2.3\\", "1.2.3 */", '1.2.3"', "1.2.3\n", "", "1", "1.2",
                        "1.2.3-", "1.2.3-a b", "v1.2.3", "\u0661.2.3", "1.2.3\u202e", "1.2.3??/",
                        "1.2.3-" + "a" * 100, 7, None, [], {}):
            with self.subTest(version=version):
                self.every_way(self.lay_out({}, version), "runtime.json", "version")

    def test_a_file_that_is_no_object_is_told(self):
        schema = self.lay_out({})
        for text in ("[]", "7", "{", '"1.2.3"', "\x1b[31m"):
            (schema / "runtime.json").write_text(text)
            self.every_way(schema, "runtime.json")
            (schema / "responses.json").write_text(text)
            self.refused(self.generate(schema), ".json")
            (schema / "responses.json").write_text('{"ping": "PingResponse", "ask": "AskResponse"}')

    def test_a_byte_order_mark_is_skipped_and_utf_16_is_told(self):
        schema = self.lay_out({})
        files = [file for file in schema.rglob("*.json") if file.is_file()]
        self.assertEqual(len(files), 4)
        for file in files:
            file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
        done = self.generate(schema)
        self.assertEqual(done.returncode, 0, done.stderr)
        shutil.rmtree(self.base / "out")
        for name in ("runtime.json", "responses.json", pathlib.Path("stable") / BUNDLE):
            for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
                with self.subTest(name=name, encoding=encoding):
                    schema = self.lay_out({})
                    (schema / name).write_bytes((schema / name).read_text().encode(encoding))
                    self.refused(self.generate(schema), name, "is UTF-16; convert it to UTF-8")

    def test_releases_and_prereleases_are_versions(self):
        for version in ("0.169.0", "0.170.0-alpha.1", "10.20.30-rc.1.2"):
            done = self.generate(self.lay_out({}, version))
            self.assertEqual(done.returncode, 0, done.stderr)
            registry = self.base / "out/include/codex/protocol/registry.hpp"
            self.assertIn(f"(codex {version}).\n", registry.read_text())


def everywhere(texts):
    """A schema with the texts in all places, each name made unique by a number."""
    number = itertools.count(1)

    def unique(text):
        return f"{text} n{next(number)}"

    def name(text):
        return unique("".join(c for c in text if c not in '"\\' and c >= " "))

    definitions = {"Words": {"type": "object", "properties": {}, "description": texts[0]}}
    members = definitions["Words"]["properties"]
    for text in texts:
        members[name(text)] = {"type": "string", "title": text, "description": text,
                                 "default": text}
        members[name("map" + text)] = {"type": "object", "description": text, "default": {text: text},
                                         "additionalProperties": {"type": "string"}}
        members[name("format" + text)] = {"type": "string", "format": text, "pattern": text,
                                            "examples": [text]}
    definitions["Choice"] = {"type": "string", "enum": [unique(text) for text in texts]}
    definitions["Told"] = {"oneOf": [{"type": "string", "enum": [unique(text)], "description": text}
                                     for text in texts], "description": texts[-1]}
    tag = "ty*/ // pe"
    definitions["Tagged"] = {"oneOf": [
        {"type": "object", "required": [tag], "title": text,
         "properties": {tag: {"type": "string", "enum": [unique(text)]}}} for text in texts]}
    keys = [name(text) for text in texts]
    definitions["External"] = {"oneOf": [{"type": "string", "enum": [unique(texts[0])]}] + [
        {"type": "object", "required": [key], "additionalProperties": False,
         "properties": {key: {"type": "integer"}}} for key in keys]}
    definitions["ServerNotification"] = {"oneOf": [
        {"type": "object", "required": ["method"], "description": text,
         "properties": {"method": {"type": "string", "enum": [unique("x" + text)]}}}
        for text in texts]}
    return definitions


LITERAL = re.compile(rb'"(?:[^"\\\n]|\\.)*"')


class Text(Hostile):
    def test_no_text_becomes_code(self):
        files = self.generated(everywhere(TEXTS + COMMANDS))
        seen = b"".join(files.values())
        for mark in (b"EVIL", b"na\xc3\xafve", b"\\015"):
            self.assertIn(mark, seen)
        for name, text in files.items():
            self.assertNotRegex(str(name), r"[^a-z0-9_./]")
            for number, line in enumerate(text.split(b"\n"), 1):
                place = f"{name}:{number}: {line}"
                code = LITERAL.sub(b'""', line)
                comment = code.find(b"//")
                if comment >= 0:
                    self.assertFalse(re.search(rb"(\\|\?\?/)\s*$", line), place)
                    code = code[:comment]
                self.assertTrue(code.isascii() and code.decode().replace("\t", "?").isprintable(), place)
                if code.strip().startswith(b"#include"):
                    self.assertRegex(code, rb"^#include <(codex/protocol/[a-z0-9_/]+\.hpp|[a-z_]+)>$", place)
                # Names may well be made of it: `evil_n1`. What is evil is what is between them.
                self.assertNotRegex(code, rb"\bEVIL\b", place)

    def test_no_text_is_other_than_it_looks(self):
        for name, text in self.generated(everywhere(TEXTS)).items():
            decoded = text.decode()
            odd = {c for c in decoded if c != "\n" and not c.isprintable()}
            self.assertEqual(odd, set(), name)

    def test_no_text_is_a_command_of_doxygen(self):
        for name, text in self.generated(everywhere(TEXTS + COMMANDS)).items():
            for line in text.decode().split("\n"):
                found = re.search(r"^\s*///(.*)$", line)
                if not found:
                    continue
                plain = re.sub(r"\\[\\@<&\[]", "", found[1]).removesuffix("&#92;").removesuffix("&#47;")
                self.assertNotRegex(plain, r"[\\@<&]|!\[|```|~~~", f"{name}: {line}")
                self.assertNotRegex(plain, r"\]\s*[(:\[]" if "[" in plain else r"$.", f"{name}: {line}")

    def test_doxygen_takes_all_of_it_for_text(self):
        if not shutil.which("doxygen"):
            self.skipTest("doxygen is not installed; what it would read is tested without it")
        definitions = {f"Words{number}": {"type": "object", "description": text, "properties": {
            "b": {"type": "string", "description": "Before.\n\n" + text}}}
            for number, text in enumerate(COMMANDS)}
        self.generated(definitions)
        settings = (f'INPUT = "{self.base}/out/include/codex/protocol/other.hpp"\nQUIET = YES\n'
                    "GENERATE_LATEX = NO\nGENERATE_HTML = YES\nGENERATE_XML = YES\nEXTRACT_ALL = YES\n"
                    "HAVE_DOT = NO\nSEARCHENGINE = NO\nENABLE_PREPROCESSING = NO\n"
                    "JAVADOC_AUTOBRIEF = YES\nMARKDOWN_SUPPORT = YES\nSOURCE_BROWSER = NO\n"
                    "VERBATIM_HEADERS = NO\nMACRO_EXPANSION = NO\n")
        done = subprocess.run(["doxygen", "-"], input=settings, cwd=self.base, text=True,
                              capture_output=True, timeout=100, check=False)
        odd = [line for line in done.stderr.splitlines()
               if re.search("EVIL|[Cc]ond|missing|not found|end of file|[Uu]nsupported|unknown", line)]
        self.assertEqual(odd, [])
        pages = "".join(file.read_text() for file in (self.base / "html").glob("*Words*.html"))
        for number in range(len(COMMANDS)):
            self.assertIn(f"Words{number}", pages)  # none has swallowed those after it
        self.assertNotIn("<script>EVIL", pages)
        self.assertNotIn("<b>EVIL", pages)
        self.assertNotRegex(pages, r"""<\w[^<>]*(href|src)=["']?(javascript:|EVIL)""")
        self.assertNotRegex(pages, r"""<\w[^<>]*src=["']?http://evil""")

    def test_a_dictionary_has_a_word_a_line(self):
        schema = self.lay_out(everywhere(TEXTS))
        done = self.codegen("dictionary", "--schema", schema, "--out", self.base / "words")
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = (self.base / "words").read_bytes().split(b"\n")
        self.assertTrue(lines[0].startswith(b"# ") and lines[-1] == b"")
        for line in lines[1:-1]:
            self.assertRegex(line, rb'^"(?:[ !#-\[\]-~]|\\\\|\\"|\\x[0-9A-F]{2})*"$')

    def test_a_difference_is_told_in_text_that_stays_where_it_is(self):
        def schema(text, name):
            return self.lay_out({"Words": {"type": "object", "properties": {
                "a": {"type": "string", "default": text}}}}, name=name)

        for text in [*TEXTS, *COMMANDS, "` EVIL `", "``", "`"]:
            old, new = schema("old", "old"), schema(text + "!", "new")
            for form in ("text", "markdown", "json"):
                done = self.codegen("diff", old, new, "--format", form)
                self.assertEqual(done.returncode, 1, done)
                self.assert_printable(done.stdout)
                self.assertTrue(done.stdout.isascii(), done.stdout)
                if form == "json":
                    change = json.loads(done.stdout)["breaking"][0]
                    self.assertEqual(json.loads(change["now"]), text + "!")
                if form == "markdown":
                    line = next(line for line in done.stdout.decode().split("\n") if "default" in line)
                    ticks = re.search(r"default (`+)", line)[1]
                    inside = line.split("default ", 1)[1].split(ticks)[1]
                    self.assertIn("EVIL" if "EVIL" in text else "", inside)
                    self.assertNotRegex(inside, rf"(?<!`){ticks}(?!`)")

    def test_no_name_becomes_another_member_on_the_wire(self):
        for text in ('a": 1, "b', "a\nb", "a\\", "a\u0000", "\x1b"):
            for branch in ({"properties": {text: {"type": "string"}}},
                           {"oneOf": [{"type": "object", "required": [text], "properties": {
                               text: {"type": "string", "enum": ["x"]}}}]},
                           {"oneOf": [{"type": "object", "required": [text], "properties": {
                               text: {"type": "integer"}}, "additionalProperties": False}]}):
                for name, made in self.noted({"A": branch}, "needs escapes").items():
                    self.assertNotIn(json.dumps(text)[1:-1].encode(), made, name)

    def test_an_error_is_told_in_one_line(self):
        for text in TEXTS + COMMANDS:
            self.noted({"A": {"type": text}}, "unknown type")
            self.noted({"A": {text + "!": 1}}, "unknown JSON Schema")
            self.noted({"A": {"$ref": text}}, "cannot follow")
            self.noted({"A": {"$ref": f"#/definitions/{text}"}},
                       "cannot follow" if text.endswith("/") else "nothing defines")
            self.noted({text: {"type": "string"}}, "C++ type")


def nested(before, after, depth=20_000, core="true"):
    return before * depth + core + after * depth


class Size(Hostile):
    """Under a limit of memory that does not depend on the machine."""

    def test_nothing_nests_deeper_than_any_schema_does(self):
        for what, text in {
                "items": nested('{"type": "array", "items": ', "}"),
                "members": nested('{"type": "object", "properties": {"a": ', "}}"),
                "alternatives": nested('{"anyOf": [{"type": "null"}, ', "]}", core='{"type": "string"}'),
                "other members": nested('{"additionalProperties": ', "}"),
                "parts": nested('{"allOf": [', "]}"),
                "a default": '{"type": "string", "default": ' + nested("[", "]", core="1") + "}",
                "examples": '{"examples": [' + nested('{"a": ', "}", core="1") + "]}",
                "a default of objects": '{"default": ' + nested('{"a":', "}", core="1") + "}",
                "brackets alone": nested("[", "]", 500_000, "1"),
                "never closed": "[" * 500_000,
        }.items():
            with self.subTest(what):
                self.every_way(self.lay_out('{"A": ' + text + "}"), "#/definitions/A",
                               f"nests deeper than {LIMIT} levels")

    def test_no_other_file_nests_deeper_either(self):
        schema = self.lay_out({})
        good = (schema / "responses.json").read_text()
        for name in ("responses.json", "runtime.json"):
            (schema / name).write_text('{"ping": ' + nested("[", "]") + "}")
            self.refused(self.generate(schema), name, f"nests deeper than {LIMIT} levels")
            (schema / name).write_text(good)

    def test_what_real_schemas_need_ten_times_is_understood(self):
        deep = {"type": "string"}
        for _ in range(60):
            deep = {"type": "array", "items": deep}
        self.generated({"Deep": deep, "Quoted": {"type": "string", "description": "[{" * 200 + '"['}})

    def test_no_chain_of_references_is_longer_than_any_schemas(self):
        def chain(link, length):
            return {f"A{n}": link(f"#/definitions/A{n + 1}") for n in range(length)} | {
                f"A{length}": {"type": "string"}}

        for link in (lambda ref: {"$ref": ref}, lambda ref: {"allOf": [{"$ref": ref}]},
                     lambda ref: {"type": "array", "items": {"$ref": ref}},
                     lambda ref: {"type": "object", "properties": {"a": {"$ref": ref}}}):
            for order in (list, reversed):
                definitions = dict(order(chain(link, 15_000).items()))
                self.refused(self.generate(self.lay_out(json.dumps(definitions))),
                             "#/definitions/A", "references nest deeper than")
            self.generated(chain(link, 60))
        deep = {f"A{n}": json.loads(nested('{"type": "array", "items": ', "}", 60, json.dumps(
            {"$ref": f"#/definitions/A{n + 1}"}))) for n in range(1000)}
        deep["A1000"] = {"type": "string"}
        self.refused(self.generate(self.lay_out(json.dumps(deep))), "references nest deeper than")

    def test_alternatives_that_double_at_every_step_are_any_json(self):
        doubling = {f"A{n}": {"anyOf": [{"$ref": f"#/definitions/A{n + 1}"}] * 2} for n in range(60)}
        self.noted(doubling | {"A60": {"type": "string"}}, "#/definitions/A", "alternatives")

    def test_members_that_double_at_every_step_are_compared_once(self):
        def tower(name):
            out = {}
            for n in range(60):
                below = {"$ref": f"#/definitions/{name}{n + 1}"}
                out[f"{name}{n}"] = {"type": "object", "required": ["x", "y"],
                                     "properties": {"x": below, "y": below}}
            return out | {f"{name}60": {"type": "object", "required": [name], "properties": {
                name: {"type": "string"}}}}

        both = {"anyOf": [{"$ref": "#/definitions/A0"}, {"$ref": "#/definitions/B0"}]}
        self.generated(tower("A") | tower("B") | {"Both": both})

    def test_what_is_larger_than_any_schema_is_refused(self):
        many = json.dumps({f"a{n}": {"type": "string"} for n in range(300_000)})
        for what, (text, problem) in {
                "a file": ('{"A": {"description": "' + "x" * (40 << 20) + '"}}', "larger than"),
                "members of an object": ('{"A": {"type": "object", "properties": ' + many + "}}",
                                         "members"),
                "elements": ('{"A": {"enum": [' + '"x",' * 3_000_000 + '"y"]}}', "members"),
                "values": ('{"A": {"default": [' + ("[" + "{}," * 999 + "1],") * 1000 + "1]}}",
                           "values"),
                "a name": ('{"A": {"type": "object", "properties": {"' + "x" * 200_000 +
                           '": {"type": "string"}}}}', "name"),
        }.items():
            with self.subTest(what):
                self.refused(self.generate(self.lay_out(text)), problem)

    def test_what_is_no_file_is_not_waited_for(self):
        schema = self.lay_out({})
        (schema / "runtime.json").unlink()
        os.mkfifo(schema / "runtime.json")
        self.refused(self.generate(schema), "runtime.json", "no file")


if __name__ == "__main__":
    unittest.main()
