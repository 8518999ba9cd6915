"""npm packages of the runtime: the bytes that are checked are those that are unpacked, and all
files stay within the folder that they are unpacked into."""

from __future__ import annotations

import base64
import contextlib
import gzip
import hashlib
import os
import pathlib
import tarfile
import tempfile
import typing
import zlib

from .trust import Failure, make_folder

MOST_BYTES = 4 << 30  # unpacked; a runtime has about 400 MB
MOST_MEMBERS = 10_000  # a runtime has about 60
DAMAGED = (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error)
BLOCK = 1 << 20


class Hashed:
    """A file that is read once, with a hash of the bytes read."""

    def __init__(self, file: typing.BinaryIO):
        self._file = file
        self._digest = hashlib.sha512()

    def read(self, size: int) -> bytes:
        block = self._file.read(size)
        self._digest.update(block)
        return block

    def integrity(self) -> str:
        """The hash of the whole file, whose rest is read now, in npm's format."""
        while self.read(BLOCK):
            pass
        return "sha512-" + base64.b64encode(self._digest.digest()).decode()


@contextlib.contextmanager
def private_copy(package: pathlib.Path, folder: pathlib.Path):
    """The package in a file without a name, which nobody can replace, and its integrity."""
    with open(package, "rb") as source, tempfile.TemporaryFile(dir=folder) as copy:
        hashed = Hashed(source)
        while block := hashed.read(BLOCK):
            copy.write(block)
        copy.seek(0)
        yield copy, hashed.integrity()


def unpack(package: typing.BinaryIO, label: object, prefix: str,
           content: pathlib.Path) -> dict[str, str]:
    """Fills the folder `content`, which is new and private to this user, with the package's files
    below `prefix`. Returns the SHA-512 of each file. Refuses the whole package if any member,
    wanted or not, is not a plain file or folder below it."""
    hashes: dict[str, str] = {}
    left = MOST_BYTES
    with tarfile.open(fileobj=package, mode="r:gz") as archive:
        for count, member in enumerate(archive):
            if count >= MOST_MEMBERS:
                raise Failure(f"{label} holds more than {MOST_MEMBERS} files, nothing was installed")
            check_member(member, label)
            left -= max(member.size, 0)
            if left < 0:
                raise Failure(f"{label} unpacks to more than {MOST_BYTES} bytes, nothing was "
                              "installed")
            if member.isdir() or not member.name.startswith(prefix):
                continue
            name = member.name[len(prefix):]
            try:
                hashes[name] = write(archive.extractfile(member), content / name, member.mode)
            except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
                raise odd(label, member, "whose place another one has taken") from error
    return hashes


def check_member(member: tarfile.TarInfo, label: object) -> None:
    if member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.DIRTYPE):
        raise odd(label, member, "which is neither a plain file nor a folder")
    parts = member.name.split("/")
    if any(part in ("", ".", "..") for part in parts) or "\\" in member.name:
        raise odd(label, member, "whose path is no plain one and may lead elsewhere")
    if not member.name.isprintable():
        raise odd(label, member, "whose name cannot be printed")


def odd(label: object, member: tarfile.TarInfo, why: str) -> Failure:
    return Failure(f"{label} holds {member.name!r}, {why}; nothing was installed")


def write(source: typing.BinaryIO, file: pathlib.Path, mode: int) -> str:
    """Opens a new file: nothing is overwritten, and no link is followed."""
    make_folder(file.parent)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    digest = hashlib.sha512()
    with open(os.open(file, flags, 0o600), "wb") as target:
        while block := source.read(BLOCK):
            digest.update(block)
            target.write(block)
        os.chmod(target.fileno() if os.name == "posix" else file, 0o755 if mode & 0o100 else 0o644)
    return digest.hexdigest()


def hash_of(file: pathlib.Path) -> str:
    digest = hashlib.sha512()
    with open(file, "rb") as content:
        while block := content.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
