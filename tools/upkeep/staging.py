"""Shared by stage_sdk and stage_runtime: versions, and folders that become reproducible archives.

Same files, same bytes: names are sorted, times and owners fixed, modes 755 or 644. (gzip's output
may change with the version of zlib; the content does not.)
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import pathlib
import re
import shutil
import signal
import sys
import tarfile
import tempfile
import typing

from .trust import Failure

ROOT = pathlib.Path(__file__).resolve().parents[2]
PIN = "schema/runtime.json"
VERSION = re.compile(r"(?:rust-v|v)?(\d+\.\d+\.\d+(?:-(?:alpha|beta|rc)\.\d+(?:\.\d+)?)?)(\.\d+)?")
TIME = 315532800  # 1980, the earliest time in some archive formats


def run(tool: str, function) -> int:
    """Runs the function as the process's work: errors become one line."""
    def end(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)  # so that partial results are removed

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    try:
        function()
    except Failure as failure:
        print(f"{tool}: error: {failure}", file=sys.stderr)
        return 1
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else error
        print(f"{tool}: error: {what}", file=sys.stderr)
        return 1
    return 0


def parse_version(text: str) -> tuple[str, str]:
    """The runtime's version, and the SDK's revision for it, ".1" or ""."""
    found = VERSION.fullmatch(text)
    if not found:
        raise Failure(f"{text!r} is no version such as 0.169.0, 0.170.0-alpha.1 or 0.169.0.1, "
                      "with or without v or rust-v")
    return found[1], found[2] or ""


def read_pin(file: pathlib.Path) -> dict:
    pin = read_json(file)
    if not isinstance(pin.get("version"), str) or not isinstance(pin.get("platforms"), dict):
        raise Failure(f"{file} names no version and platforms")
    return pin


def read_json(file: pathlib.Path) -> dict:
    try:
        value = json.loads(file.read_text())
    except ValueError as error:
        raise Failure(f"{file} is no JSON: {error}") from error
    if not isinstance(value, dict):
        raise Failure(f"{file} is no JSON object")
    return value


def check_apart(staging: pathlib.Path, source: pathlib.Path) -> None:
    """Neither may be inside the other, or a copy would copy itself."""
    staging, source = staging.resolve(), source.resolve()
    if staging == source or staging in source.parents or source in staging.parents:
        raise Failure(f"{staging} and {source} overlap; stage into a folder outside")


@contextlib.contextmanager
def staged(folder: pathlib.Path, name: str, archive: str):
    """An empty folder to be filled. Its content then becomes folder/name and the archive of it,
    replacing older ones; nothing changes if something fails before that."""
    folder.mkdir(parents=True, exist_ok=True)
    prefix = f".staging-{archive}-"
    for leftover in folder.glob(f"{prefix}*"):  # from a killed process
        shutil.rmtree(leftover)
    with tempfile.TemporaryDirectory(prefix=prefix, dir=folder) as work:
        content = pathlib.Path(work) / name
        content.mkdir()
        yield content
        made = pathlib.Path(work) / f"{archive}.tar.gz"
        digest = pack(content, made)
        sums = pathlib.Path(work) / f"{made.name}.sha256"
        sums.write_text(f"{digest}  {made.name}\n")
        replaced = pathlib.Path(work) / "replaced"
        replaced.mkdir()
        for entry in (content, made, sums):
            place = folder / entry.name
            if place.exists() or place.is_symlink():
                place.rename(replaced / entry.name)
            entry.rename(place)
            print(place)


def put(content: typing.BinaryIO, file: pathlib.Path, is_executable: bool) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with open(file, "wb") as target:
        shutil.copyfileobj(content, target, 1 << 20)
    file.chmod(0o755 if is_executable else 0o644)


def put_copy(source: pathlib.Path, file: pathlib.Path) -> None:
    with open(source, "rb") as content:
        put(content, file, is_executable(source))


def is_executable(file: pathlib.Path) -> bool:
    return bool(file.stat().st_mode & 0o100)


def pack(folder: pathlib.Path, archive: pathlib.Path) -> str:
    """Writes the archive, and returns its SHA-256."""
    with open(archive, "wb") as raw, \
            gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed, \
            tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for path in [folder, *sorted(folder.rglob("*"), key=lambda path: path.parts)]:
            entry = tar.gettarinfo(path, str(path.relative_to(folder.parent)))
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = ""
            entry.mtime = TIME
            entry.mode = 0o755 if path.is_dir() or is_executable(path) else 0o644
            if not path.is_file():
                tar.addfile(entry)
                continue
            with open(path, "rb") as content:
                tar.addfile(entry, content)
    digest = hashlib.sha256()
    with open(archive, "rb") as content:
        while block := content.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
