"""Replaces several files of a tree at once: all or none, even if the power fails.

Before the first file is touched, the old ones are saved in a journal next to the tree. A later run
that finds a journal restores them.
"""

from __future__ import annotations

import contextlib
import filecmp
import json
import os
import pathlib
import shutil


def differences(tree: pathlib.Path, trial: pathlib.Path, parts: list[str]) -> list[str]:
    """The files in `parts`, which are files or folders, that differ between both trees."""
    names = set()
    for base in (tree, trial):
        for part in parts:
            if (base / part).is_file():
                names.add(part)
            names.update(str(file.relative_to(base)) for file in (base / part).rglob("*")
                         if file.is_file() or file.is_symlink())
    return sorted(name for name in names if not is_same(tree / name, trial / name))


def replace(tree: pathlib.Path, trial: pathlib.Path, names: list[str],
            journal: pathlib.Path) -> None:
    """Replaces `names` in the tree with those of the trial; if that fails, none of them."""
    write_journal(tree, names, journal)
    try:
        for name in names:
            put(trial / name, tree / name)
    except BaseException:
        undo(tree, journal)
        raise
    remove_journal(journal)


def undo(tree: pathlib.Path, journal: pathlib.Path) -> bool:
    """Restores the files of a journal; False if there is none."""
    listed = journal / "names.json"
    if not listed.exists():
        shutil.rmtree(journal, ignore_errors=True)  # its writer died before touching anything
        return False
    for name in json.loads(listed.read_text()):
        put(journal / "old" / name, tree / name)
    remove_journal(journal)
    return True


def write_journal(tree: pathlib.Path, names: list[str], journal: pathlib.Path) -> None:
    shutil.rmtree(journal, ignore_errors=True)
    for name in names:
        if (tree / name).exists():
            put(tree / name, journal / "old" / name)
    journal.mkdir(parents=True, exist_ok=True)
    started = journal / "names.json.new"
    started.write_text(json.dumps(names))
    os.sync()  # before the first file is touched, the old ones are on the disk
    started.rename(journal / "names.json")


def remove_journal(journal: pathlib.Path) -> None:
    os.sync()
    (journal / "names.json").unlink()  # from here on there is nothing to restore
    shutil.rmtree(journal, ignore_errors=True)


def put(source: pathlib.Path, target: pathlib.Path) -> None:
    """A copy of the source, or no file if there is none. Never half a file."""
    if not source.exists():
        target.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            target.parent.rmdir()  # if that was its last file
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.new")
    try:
        shutil.copy2(source, beside)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def is_same(one: pathlib.Path, other: pathlib.Path) -> bool:
    return one.is_file() and other.is_file() and filecmp.cmp(one, other, shallow=False)
