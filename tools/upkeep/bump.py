"""Changes schema/ when the pin moves to another runtime.

schema/ belongs to the newest runtime that was ever pinned, and history.json says what the others
had and have. Moving to a newer runtime changes both. Moving to an older one changes only the pin,
and runtime.json then says which version the schema is from: the types already cover that runtime.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import json
import pathlib
import re
import shutil

from .trust import Failure

BUNDLE = "codex_app_server_protocol.schemas.json"
SURFACES = ("stable", "experimental")
# The kinds of parts in history.json that people look for, in the order of the report.
PARTS = ("methods", "types", "members", "values", "arms")
MENDED = re.compile(r"#/definitions/(?:v2/)?(\w+): needs no correction of (\S+)")

GUESSED = ": response guessed: "

# Runs a command under a name for its log; returns its exit code and output.
Run = collections.abc.Callable[[str, list], tuple[int, str]]


@dataclasses.dataclass
class Report:
    """The report of a bump, for people."""

    came: list[str] = dataclasses.field(default_factory=list)  # parts, by path
    gone: list[str] = dataclasses.field(default_factory=list)
    notes: list[str] = dataclasses.field(default_factory=list)  # new notes of the generator
    shapes: list[str] = dataclasses.field(default_factory=list)  # parts that changed their form
    mended: list[str] = dataclasses.field(default_factory=list)  # corrections, as Type.member

    def lines(self) -> list[str]:
        guessed = [note for note in self.notes if GUESSED in note]
        told = {"new": self.came,
                "gone, but kept for older runtimes": self.gone,
                "of another form than before, of which the newest counts": self.shapes,
                "answers that were guessed (schema/responses.json may say better)": guessed,
                "raw, or not all that the schema says": [note for note in self.notes
                                                         if note not in guessed],
                "mended upstream, no longer corrected": self.mended}
        return [line for title, entries in told.items() if entries
                for line in (f"{len(entries)} {title}:", *(f"  {entry}" for entry in entries))]


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def schema_version(pin: dict) -> str:
    """The version of the schema next to that runtime.json."""
    return pin.get("schema", pin["version"])


def read_pin(schema: pathlib.Path) -> dict:
    return json.loads((schema / "runtime.json").read_text())


def pin_text(text: str, schema: str) -> str:
    """A runtime.json that names the version of the schema next to it, if that differs."""
    pin = json.loads(text)
    if pin["version"] != schema:
        pin = {"version": pin["version"], "schema": schema, **pin}
    return json.dumps(pin, indent=2) + "\n"


def move(schema: pathlib.Path, new: pathlib.Path, version: str, codegen: pathlib.Path, run: Run
         ) -> list[str]:
    """Replaces `schema` with that of the runtime `version`, whose bundles are in `new`, and extends
    its history; the caller writes the pin. The runtime is not older than the schema. Returns the
    notes of history add."""
    last = schema_version(read_pin(schema))
    notes = []
    if version != last:
        for name in ("responses.json", "corrections.json"):
            if (schema / name).exists():
                shutil.copy(schema / name, new)
        code, said = run("history", [codegen, "history", "add", "--history",
                                     schema / "history.json", schema, new, "--old-version", last,
                                     "--new-version", version])
        if code != 0:
            raise Failure(f"codex-codegen cannot extend the history: {said.strip()}")
        notes = notes_in(said)
    for surface in SURFACES:
        shutil.rmtree(schema / surface)
        shutil.copytree(new / surface, schema / surface)
    return notes


def notes_in(said: str) -> list[str]:
    return [line.removeprefix("note: ") for line in said.splitlines() if line.startswith("note: ")]


def end_corrections(schema: pathlib.Path, notes: list[str], last: str) -> list[str]:
    """Records in corrections.json that the runtime `last` was the last one to need the corrections
    that the notes call needless; returns these. A correction ends as a whole when all of its parts
    are needless."""
    found = [match for note in notes if (match := MENDED.match(note))]
    needless = {(match[1], match[2]) for match in found}
    file = schema / "corrections.json"
    if not needless:
        return []
    corrections = json.loads(file.read_text())
    rest = []
    for correction in corrections:
        if "until" not in correction:
            ended, goes_on = split(correction, needless)
            rest += [each for each in (ended and ended | {"until": last}, goes_on) if each]
        else:
            rest.append(correction)
    file.write_text(json.dumps(rest, indent=2) + "\n")
    return sorted(f"{kind}.{member}" for kind, member in needless)


def split(correction: dict, needless: set[tuple[str, str]]) -> tuple[dict | None, dict | None]:
    """The needless and the needed parts of a correction."""
    parts = ({}, {})
    for kind in ("rename", "retype", "optional"):
        for member in correction.get(kind, []):
            place = parts[0 if (correction["type"], member) in needless else 1]
            if kind == "optional":
                place.setdefault(kind, []).append(member)
            else:
                place.setdefault(kind, {})[member] = correction[kind][member]
    frame = {key: value for key, value in correction.items()
             if key not in ("rename", "retype", "optional")}
    return tuple({"type": frame["type"], **part, **frame} if part else None for part in parts)


def read_history(schema: pathlib.Path) -> dict:
    file = schema / "history.json"
    return json.loads(file.read_text()) if file.exists() else {}


def told_by(before: dict, after: dict) -> tuple[list[str], list[str]]:
    """The additions and removals between two histories."""
    came, gone = [], []
    for part in PARTS:
        old, new = before.get(part, {}), after.get(part, {})
        for path, entry in new.items():
            earlier = old.get(path, {})
            word = f"{part[:-1]} {path}"
            if "until" in entry and "until" not in earlier:
                gone.append(f"{word} (until {entry['until']})")
            elif "until" in earlier and "until" not in entry:
                came.append(f"{word} (again)")
            elif path not in old:
                came.append(word)
    return came, gone
