"""What a runtime bump says under **Schema** of CHANGELOG.md's unreleased changes.

One line tells what the pinned protocol has; it is kept up to date where it stands. What changed
since the last release are two lists, "Since codex A, ...": each bump makes them anew, from A to the
version that is pinned then, and going back to A takes them away.
"""

from __future__ import annotations

import re

UNRELEASED = "## Unreleased"
SCHEMA = "### Schema"
COUNTS = re.compile(r"- codex \S+: \d+ definitions, ")
SINCE = re.compile(r"- Since codex (\S+), ")


def released_version(text: str, pinned: str) -> str:
    """Which version the unreleased changes are told from: what is pinned, until a bump is told."""
    for line in section(text.splitlines(), UNRELEASED, "## "):
        if found := SINCE.match(line):
            return found[1]
    return pinned


def updated(text: str, version: str, counts: str, since: str, changes: str) -> str:
    """`text` with the changes from `since` to `version`, which `codex-codegen diff --format
    markdown` tells."""
    before, unreleased, after = around(text.splitlines(), UNRELEASED, "## ")
    if not unreleased:
        before, after = before_first_release(before)
        unreleased = [UNRELEASED, ""]
    head, schema, tail = around(unreleased, SCHEMA, "### ")
    if not schema:
        schema = [SCHEMA]
        if head[-1].strip():
            head.append("")
    schema = [f"- codex {version}: {counts}." if COUNTS.match(line) else line
              for line in without_lists(schema)]
    while not schema[-1].strip():
        schema.pop()
    if version != since:
        schema += told(since, changes)
    schema = [*schema, ""] if len(schema) > 1 else []  # no heading over nothing
    unreleased = [*head, *schema, *tail]
    if not any(line.strip() for line in unreleased[1:]):
        unreleased = []
    return "\n".join([*before, *unreleased, *after]).rstrip("\n") + "\n"


def told(since: str, changes: str) -> list[str]:
    """The lists of the Markdown, a rank lower; there are none where nothing changes."""
    lines = []
    for line in changes.splitlines():
        if heading := re.fullmatch(r"## (.*) \((\d+)\)", line):
            lines.append(f"- Since codex {since}, {heading[1].lower()} ({heading[2]}):")
        elif line.startswith("- "):
            lines.append("  " + line)
    return lines or [f"- Since codex {since}, nothing that the types show."]


def without_lists(lines: list[str]) -> list[str]:
    kept, in_list = [], False
    for line in lines:
        in_list = bool(SINCE.match(line)) or (in_list and line.startswith("  "))
        if not in_list:
            kept.append(line)
    return kept


def before_first_release(lines: list[str]) -> tuple[list[str], list[str]]:
    first = next((i for i, line in enumerate(lines) if line.startswith("## ")), len(lines))
    return lines[:first], lines[first:]


def section(lines: list[str], heading: str, rank: str) -> list[str]:
    return around(lines, heading, rank)[1]


def around(lines: list[str], heading: str, rank: str) -> tuple[list[str], list[str], list[str]]:
    """What stands before a section, the section with its heading, and what follows it."""
    start = next((i for i, line in enumerate(lines) if line.strip() == heading), None)
    if start is None:
        return lines, [], []
    end = next((i for i in range(start + 1, len(lines)) if lines[i].startswith(rank)), len(lines))
    return lines[:start], lines[start:end], lines[end:]
