#!/usr/bin/env python3
"""codex-codegen on schemas as some later runtime may print them: the pinned one with a few random
changes each. None is refused, and the C++ of some is compiled.

usage: mutated_test.py --codegen FILE [--schema DIR] [--count N] [--seed N] [--keep DIR]
                       [--compile N --compiler CXX]

  --schema DIR  laid out as schema/ is, which it is by default
  --seed N      of the first mutant; a mutant depends on its own seed and the schema alone
  --keep DIR    leaves the mutants there, and what was generated
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUNDLE = "codex_app_server_protocol.schemas.json"
ENVELOPES = ("ClientRequest", "ServerRequest", "ServerNotification", "ClientNotification")
CHANGES_EACH = 6  # at most
NAMES = ["assert", "typeof", "min", "stdin", "EOF", "NAN", "extra", "type_info", "fooBar", "foo_bar",
         "class", "a b", "9", "", "\u00e9t\u00e9", "a\0b", 'a"b', "index", "data", "Json", "__", "interface"]
TYPE_NAMES = ["EOF", "NAN", "Json", "Optional", "Unknown", "gr\u00f6\u00dfe", "foo bar", "class", "Array_of_Foo",
              "E2BIG", "SIGINT", "Field", "ThreadID", "threadId", "_", "9Lives", "Kind", "OPTIONAL"]


def ref(name: str) -> dict:
    return {"$ref": f"#/definitions/v2/{name}"}


class Mutant:
    """One changed copy of a bundle's definitions."""

    def __init__(self, text: str, responses: dict, seed: int):
        self.bundle = json.loads(text)
        self.responses = dict(responses)
        self.random = random.Random(seed)
        self.done: list[str] = []
        changes = [getattr(self, name) for name in sorted(dir(type(self))) if name.startswith("do_")]
        for _ in range(self.random.randint(1, CHANGES_EACH)):
            change = self.random.choice(changes)
            place = change()
            self.done.append(f"{change.__name__[3:]} {place}")

    # --- places -------------------------------------------------------------------------------

    def space(self) -> dict:
        root = self.bundle["definitions"]
        return self.random.choice([root, root["v2"], root["v2"]])

    def definition(self) -> tuple[dict, str]:
        space = self.space()
        return space, self.random.choice([name for name in space if name != "v2"])

    def schemas(self, schema, out: list) -> list:
        if not isinstance(schema, dict):
            return out
        out.append(schema)
        for key in ("properties", "definitions"):
            if isinstance(schema.get(key), dict):
                for value in schema[key].values():
                    self.schemas(value, out)
        for key in ("oneOf", "anyOf", "allOf"):
            for value in schema[key] if isinstance(schema.get(key), list) else []:
                self.schemas(value, out)
        for key in ("items", "additionalProperties"):
            self.schemas(schema.get(key), out)
        return out

    def schema(self, test=lambda schema: True) -> dict:
        """Some schema within some definition that passes the test; else an empty one of its own."""
        for _ in range(200):
            space, name = self.definition()
            found = [s for s in self.schemas(space[name], []) if test(s)]
            if found:
                self.place = name
                return self.random.choice(found)
        self.place = "nothing"
        return {}

    def name(self) -> str:
        space, name = self.definition()
        del space
        return self.random.choice([name, *NAMES])

    def any_schema(self, depth: int = 0):
        pick = self.random.choice
        v2 = self.bundle["definitions"]["v2"]
        simple = [
            True, False, {}, ref(pick(list(v2))), ref("Nowhere"), {"$ref": "#/$defs/a"},
            *({"type": t} for t in ("string", "integer", "number", "boolean", "null", "array", "object",
                                    "text")),
            {"type": ["string", "null"]}, {"type": ["string", "integer"]}, {"type": []},
            {"type": "integer", "format": pick(["uint8", "int128", "uint64", "usize", ""])},
            {"enum": [1, 2]}, {"type": "integer", "enum": [1], "format": "uint8"}, {"const": None},
            {"enum": ["a", 1, None]}, {"enum": [True]}, {"enum": [1.5, 2]}, {"enum": []},
            {"enum": [18446744073709551615]}, {"type": "integer", "enum": [-1], "format": "uint32"},
            {"enum": ["a b", "a-b", "a_b", "a_b_2", "min", "a\0", "a\0b", "", " "]}, {"const": "x"},
            {"enum": [str(n) for n in range(300)]}, {"type": "array", "items": {"type": "boolean"}},
            {"type": "array", "items": [{"type": "string"}, {"type": "integer"}]},
            {"type": "array", "prefixItems": [{"type": "string"}], "items": False},
            {"type": "object", "additionalProperties": {"type": "integer"}},
            {"type": "object", "patternProperties": {"^x": {"type": "string"}},
             "additionalProperties": {"type": "integer"}},
        ]
        if depth > 2 or self.random.random() < 0.6:
            return pick(simple)
        inner = [self.any_schema(depth + 1) for _ in range(self.random.randint(1, 3))]
        return pick([
            {"anyOf": inner}, {"oneOf": inner}, {"allOf": inner}, {"not": inner[0]},
            {"anyOf": [*inner, {"type": "null"}]}, {"type": "array", "items": inner[0]},
            {"type": "object", "additionalProperties": inner[0]},
            {"type": "object", "properties": {self.name(): s for s in inner},
             "required": [self.name()]},
            {"type": "object", "properties": {"x": inner[0]}, "oneOf": inner},
            {"if": inner[0], "then": inner[-1], "else": False},
        ])

    # --- changes ------------------------------------------------------------------------------

    def do_remove_a_type(self) -> str:
        space, name = self.definition()
        del space[name]
        return name

    def do_remove_a_type_and_what_refers_to_it(self) -> str:
        space, name = self.definition()
        del space[name]
        for schema in self.schemas(self.bundle, []):
            if isinstance(schema.get("properties"), dict):
                for key, value in list(schema["properties"].items()):
                    if f"/{name}\"" in json.dumps(value):
                        del schema["properties"][key]
        return name

    def do_retype_a_definition(self) -> str:
        space, name = self.definition()
        space[name] = self.any_schema()
        return name

    def do_rename_a_type(self) -> str:
        space, name = self.definition()
        new = self.random.choice(TYPE_NAMES)
        space[new] = space.pop(name)
        for schema in self.schemas(self.bundle, []):
            if str(schema.get("$ref", "")).endswith(f"/{name}"):
                schema["$ref"] = schema["$ref"].removesuffix(name) + new
        return f"{name} to {new}"

    def do_define_a_type_twice(self) -> str:
        root, v2 = self.bundle["definitions"], self.bundle["definitions"]["v2"]
        name = self.random.choice(list(v2))
        root[name] = self.any_schema()
        return name

    def do_remove_values(self) -> str:
        schema = self.schema(lambda s: isinstance(s.get("enum"), list) and s["enum"])
        if schema:
            schema["enum"].pop(self.random.randrange(len(schema["enum"])))
        return self.place

    def do_add_values(self) -> str:
        schema = self.schema(lambda s: isinstance(s.get("enum"), list))
        for _ in range(self.random.choice([1, 2, 300])):
            schema.setdefault("enum", []).append(
                self.random.choice([1, None, True, self.name(), str(self.random.random())]))
        return self.place

    def do_remove_a_member(self) -> str:
        schema = self.schema(lambda s: s.get("properties"))
        if schema:
            schema["properties"].pop(self.random.choice(list(schema["properties"])))
        return self.place

    def do_add_members(self) -> str:
        schema = self.schema(lambda s: isinstance(s.get("properties"), dict))
        for _ in range(self.random.choice([1, 1, 2, 3, 260])):
            name = self.name() if self.random.random() < 0.7 else f"m{self.random.random()}"
            schema.setdefault("properties", {})[name] = self.any_schema()
            if self.random.random() < 0.5:
                schema.setdefault("required", []).append(name)
        return self.place

    def do_require(self) -> str:
        self.schema(lambda s: "properties" in s)["required"] = [self.name()]
        return self.place

    def do_retype(self) -> str:
        schema = self.schema(lambda s: "type" in s)
        schema["type"] = self.random.choice(
            ["string", "integer", "number", "boolean", "null", "array", "object", "text", ["null"],
             ["string", "integer"], ["object", "array", "null"], []])
        return self.place

    def do_retype_a_member(self) -> str:
        schema = self.schema(lambda s: s.get("properties"))
        if schema:
            schema["properties"][self.random.choice(list(schema["properties"]))] = self.any_schema()
        return self.place

    def do_make_nullable(self) -> str:
        schema = self.schema(lambda s: "type" in s or "$ref" in s)
        if isinstance(schema.get("type"), str) and self.random.random() < 0.5:
            schema["type"] = [schema["type"], "null"]
        elif self.random.random() < 0.3:
            schema["nullable"] = True
        else:
            inner = dict(schema)
            schema.clear()
            schema["anyOf"] = [inner, {"type": "null"}]
        return self.place

    def do_refer_elsewhere(self) -> str:
        """Which may close a cycle."""
        schema = self.schema(lambda s: "$ref" in s)
        schema["$ref"] = ref(self.random.choice(list(self.bundle["definitions"]["v2"])))["$ref"]
        return self.place

    def union(self) -> tuple[dict, list]:
        schema = self.schema(lambda s: s.get("oneOf") or s.get("anyOf"))
        return schema, schema.get("oneOf") or schema.get("anyOf") or []

    def do_add_an_arm(self) -> str:
        _, arms = self.union()
        if arms:
            copy = json.loads(json.dumps(self.random.choice(arms)))
            if isinstance(copy, dict):
                for value in copy.get("properties", {}).values():
                    if isinstance(value, dict) and len(value.get("enum", [])) == 1:
                        value["enum"] = [self.random.choice([*value["enum"], self.name()])]
            arms.append(self.random.choice([copy, self.any_schema()]))
        return self.place

    def do_remove_an_arm(self) -> str:
        _, arms = self.union()
        if arms:
            arms.pop(self.random.randrange(len(arms)))
        return self.place

    def do_rename_a_tag(self) -> str:
        _, arms = self.union()
        new = self.random.choice(["kind", *NAMES])
        for arm in arms if self.random.random() < 0.7 else arms[:1]:
            for name, value in list(arm.get("properties", {}).items()) if isinstance(arm, dict) else []:
                if isinstance(value, dict) and len(value.get("enum", [])) == 1:
                    arm["properties"][new] = arm["properties"].pop(name)
                    arm["required"] = [new if r == name else r for r in arm.get("required", [])]
                    break
        return f"{self.place} to {new!r}"

    def do_number_a_tag(self) -> str:
        _, arms = self.union()
        for number, arm in enumerate(arms):
            for value in arm.get("properties", {}).values() if isinstance(arm, dict) else []:
                if isinstance(value, dict) and len(value.get("enum", [])) == 1:
                    value.update({"type": "integer", "enum": [number]})
        return self.place

    def do_add_a_member_beside_arms(self) -> str:
        schema, arms = self.union()
        names = [name for arm in arms if isinstance(arm, dict) for name in arm.get("properties", {})]
        name = self.random.choice([*names, "shared"])
        schema.setdefault("properties", {})[name] = self.any_schema()
        return f"{self.place}.{name}"

    def do_remove_a_response(self) -> str:
        root = self.bundle["definitions"]
        names = [(space, name) for space in (root, root["v2"]) for name in space
                 if name.endswith("Response")]
        if not names:
            return "none"
        space, name = self.random.choice(names)
        del space[name]
        return name

    def do_forget_a_response(self) -> str:
        if not self.responses:
            return "none"
        method = self.random.choice(list(self.responses))
        del self.responses[method]
        return method

    def do_put_a_keyword(self) -> str:
        schema = self.schema()
        keyword, value = self.random.choice([
            ("not", {}), ("if", {}), ("then", {}), ("else", False), ("contains", {}), ("$defs", {"a": {}}),
            ("patternProperties", {"^x": {"type": "integer"}}), ("propertyNames", {"maxLength": 3}),
            ("dependentRequired", {"a": ["b"]}), ("unevaluatedProperties", False), ("$comment", "a"),
            ("contentEncoding", "base64"), ("multipleOf", 2), ("discriminator", {"propertyName": "type"}),
            ("nullable", True), ("prefixItems", [{}]), ("x-runtime", [1]), ("$id", "a"), ("$anchor", "b"),
            ("minProperties", 1), ("allOf", [self.any_schema()]), ("anyOf", [self.any_schema()]),
            ("allOf", [self.any_schema(), self.any_schema()]), ("items", self.any_schema()),
            ("additionalProperties", self.any_schema()), ("additionalProperties", False),
            ("const", self.random.choice([1, None, "a", True, 1.5, [], {}])), ("title", 7),
            ("description", None), ("format", "x"), ("enum", [1, "a"]), ("enum", [1, 2]), ("required", "a"),
            ("default", self.random.choice([1, "a", None, [], {}, {"a": 1}, [True], 1e300, "a\0b"])),
            ("$ref", ref(self.name())["$ref"]), ("definitions", {}), ("properties", []), ("oneOf", {}),
        ])
        schema[keyword] = value
        return f"{self.place} {keyword}"

    def do_change_messages(self) -> str:
        root = self.bundle["definitions"]
        name = self.random.choice(ENVELOPES)
        if name not in root or not isinstance(root[name], dict) or not root[name].get("oneOf"):
            return "none"
        arms = root[name]["oneOf"]
        arm = self.random.choice(arms)
        if not isinstance(arm, dict) or not isinstance(arm.get("properties"), dict):
            return "none"
        properties = arm["properties"]
        kind = self.random.choice(["params", "method", "twice", "member", "empty", "gone"])
        if kind == "params":
            properties["params"] = self.any_schema()
        elif kind == "method":
            properties["method"] = {"enum": [self.random.choice(["Json", "a\0b", "registry/x", "EOF", "a/b-c"])]}
        elif kind == "twice":
            arms.append(arm)
        elif kind == "member":
            properties["id" if self.random.random() < 0.5 else "at"] = self.any_schema()
        elif kind == "empty":
            root[name] = {"oneOf": [{"type": "object"}]}
        else:
            del root[name]
        return f"{name} {kind}"


def write(folder: pathlib.Path, schema: pathlib.Path, mutant: Mutant) -> None:
    for surface in ("experimental", "stable"):
        (folder / surface).mkdir(parents=True)
    (folder / "stable" / BUNDLE).symlink_to((schema / "stable" / BUNDLE).resolve())
    (folder / "experimental" / BUNDLE).write_text(json.dumps(mutant.bundle))
    (folder / "responses.json").write_text(json.dumps(mutant.responses))
    (folder / "changes.txt").write_text("\n".join(mutant.done) + "\n")


def generate(codegen: pathlib.Path, folder: pathlib.Path) -> str:
    """What is wrong, if anything."""
    done = subprocess.run([codegen, "generate", "--schema", folder, "--out", folder / "out"],
                          capture_output=True, text=True, timeout=60, check=False)
    odd = [line for line in done.stderr.splitlines() if not line.startswith("note: ")]
    return "\n".join(odd) or ("" if done.returncode == 0 else f"exit code {done.returncode}")


def compiles(compiler: str, folder: pathlib.Path, pool: concurrent.futures.Executor) -> str:
    command = [*compiler.split(), "-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Werror",
               "-fsyntax-only", f"-I{folder}/out/include", f"-I{ROOT}/codegen/support/include"]
    if "clang" not in compiler:
        command.append("-Wno-restrict")  # GCC bug 105651, see tools/cmake

    def one(source: pathlib.Path) -> str:
        done = subprocess.run([*command, source], capture_output=True, text=True, check=False)
        return done.stderr[:3000] if done.returncode != 0 else ""

    return "".join(pool.map(one, sorted((folder / "out/src").glob("*.cpp"))))


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="mutated_test.py", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--codegen", type=pathlib.Path, required=True)
    parser.add_argument("--schema", type=pathlib.Path, default=ROOT / "schema")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=pathlib.Path)
    parser.add_argument("--compile", type=int, default=0)
    parser.add_argument("--compiler", default="g++")
    arguments = parser.parse_args()
    base = arguments.keep or pathlib.Path(tempfile.mkdtemp())
    text = (arguments.schema / "experimental" / BUNDLE).read_text()
    responses = json.loads((arguments.schema / "responses.json").read_text())
    start = time.monotonic()
    failed = 0

    def tell(seed: int, problem: str) -> None:
        nonlocal failed
        if problem:
            failed += 1
            changes = (base / str(seed) / "changes.txt").read_text()
            print(f"mutant {seed}: {problem.strip()}\nof these changes:\n{changes}", flush=True)

    def make(seed: int) -> str:
        folder = base / str(seed)
        shutil.rmtree(folder, ignore_errors=True)
        write(folder, arguments.schema, Mutant(text, responses, seed))
        problem = generate(arguments.codegen.resolve(), folder)
        if not problem and not arguments.keep and seed >= first_not_compiled:
            shutil.rmtree(folder)
        return problem

    seeds = range(arguments.seed, arguments.seed + arguments.count)
    first_not_compiled = arguments.seed + arguments.compile
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for seed, problem in zip(seeds, pool.map(make, seeds)):
            tell(seed, problem)
        print(f"{arguments.count - failed} of {arguments.count} mutants generated"
              f" ({time.monotonic() - start:.0f} s)", flush=True)
        for seed in seeds[:arguments.compile]:
            if (base / str(seed) / "out").exists():
                tell(seed, compiles(arguments.compiler, base / str(seed), pool))
    if arguments.compile:
        print(f"{min(arguments.compile, arguments.count)} of them compiled"
              f" ({time.monotonic() - start:.0f} s)")
    if not arguments.keep:
        shutil.rmtree(base)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
