"""The text of a runtime bump under **Schema** in CHANGELOG.md's unreleased changes.

One line counts the parts of the pinned protocol; it is updated in place. Two lists, "Since codex A,
...", have the changes since the last release: each bump rewrites them, from A to the version that
is pinned then, and going back to A removes them.
"""

from __future__ import annotations

import re

UNRELEASED = "## Unreleased"
SCHEMA = "### Schema"
COUNTS = re.compile(r"- codex \S+: \d+ definitions, ")
SINCE = re.compile(r"- Since codex (\S+), ")


def released_version(text: str, pinned: str) -> str:
    """The version that the unreleased changes start from: the pinned one, until a bump is
    recorded."""
    for line in section(text.splitlines(), UNRELEASED, "## "):
        if found := SINCE.match(line):
            return found[1]
    return pinned


def updated(text: str, version: str, counts: str, since: str, changes: str) -> str:
    """`text` with the changes from `since` to `version`, from
    `codex-codegen diff --format markdown`."""
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
    schema = [*schema, ""] if len(schema) > 1 else []  # no heading without content
    unreleased = [*head, *schema, *tail]
    if not any(line.strip() for line in unreleased[1:]):
        unreleased = []
    return "\n".join([*before, *unreleased, *after]).rstrip("\n") + "\n"


def told(since: str, changes: str) -> list[str]:
    """The lists of the Markdown, one level lower; none if nothing changes."""
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
    """The text before a section, the section with its heading, and the text after it."""
    start = next((i for i, line in enumerate(lines) if line.strip() == heading), None)
    if start is None:
        return lines, [], []
    end = next((i for i in range(start + 1, len(lines)) if lines[i].startswith(rank)), len(lines))
    return lines[:start], lines[start:end], lines[end:]
