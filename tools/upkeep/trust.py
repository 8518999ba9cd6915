"""Checks that only this user and root can have made or can change a file, by owners and modes: of
the file, and of every folder above it."""

from __future__ import annotations

import contextlib
import os
import pathlib
import stat
import sys
import time

MOST_LINKS = 40  # as in Linux


class Failure(Exception):
    """The problem and what to do about it, in one line."""


def cache_base() -> pathlib.Path:
    """$XDG_CACHE_HOME, else ~/.cache; on Windows %LOCALAPPDATA%. A relative one is ignored, as its
    standard says: it would depend on the current folder."""
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA", "")
        home = pathlib.Path(home_folder()) / "AppData" / "Local"
        return pathlib.Path(os.path.normpath(local)) if os.path.isabs(local) else home
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(chosen):
        return pathlib.Path(os.path.normpath(chosen))
    home = home_folder()
    if not os.path.isabs(home):
        raise Failure("HOME is no absolute path, so there is no cache folder")
    return pathlib.Path(home) / ".cache"


def home_folder() -> str:
    """HOME; if it is unset or empty, the home in this user's password entry, as in the SDK."""
    if os.environ.get("HOME") or os.name != "posix":
        return os.path.expanduser("~")
    import pwd
    with contextlib.suppress(KeyError):
        return pwd.getpwuid(os.getuid()).pw_dir
    return ""


def check_way(path: pathlib.Path, setting: str) -> None:
    """Throws if others could replace `path` or an existing folder above it. `setting` is the
    variable that names another place."""
    for place, status in way_to(path):
        check(place, status, setting, sticky_will_do=True)


def check_tree(folder: pathlib.Path, setting: str) -> None:
    """Throws if others could change the folder or its content, or if links lead out of it."""
    check_way(folder, setting)
    if os.name != "posix" or not os.path.exists(folder):
        return
    folder = pathlib.Path(os.path.realpath(folder))
    check(folder, os.lstat(folder), setting)
    for parent, folders, files in os.walk(folder, onerror=throw):
        for name in [*folders, *files]:
            place = os.path.join(parent, name)
            status = os.lstat(place)
            if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
                what = "a link" if stat.S_ISLNK(status.st_mode) else "neither a file nor a folder"
                raise Failure(f"{place} is {what}, which is never installed: remove it")
            check(place, status, setting)


def way_to(path: pathlib.Path):
    """Each folder and link that leads to `path`, with its status; their target comes last."""
    if os.name != "posix":
        return
    place, links = "/", 0
    pending = os.path.abspath(path).split("/")[::-1]
    yield place, os.lstat(place)
    while pending:
        part = pending.pop()
        if part == "..":
            place = os.path.dirname(place)
        if part in ("", ".", ".."):
            continue
        here = os.path.join(place, part)
        try:
            status = os.lstat(here)
        except FileNotFoundError:
            return
        yield here, status
        if not stat.S_ISLNK(status.st_mode):
            place = here
            continue
        links += 1
        if links > MOST_LINKS:
            raise Failure(f"{here} is one link of too many")
        target = os.readlink(here)
        place = "/" if target.startswith("/") else place
        pending += target.split("/")[::-1]


def check(place: str | pathlib.Path, status: os.stat_result, setting: str,
          sticky_will_do: bool = False) -> None:
    if status.st_uid not in (0, os.geteuid()):
        raise untrusted(place, f"belongs to another user ({status.st_uid})", setting)
    mode = stat.S_IMODE(status.st_mode)
    if stat.S_ISLNK(status.st_mode) or not mode & 0o022:
        return
    # In a sticky folder, such as /tmp, others can add files, but not replace ours.
    if not (sticky_will_do and mode & stat.S_ISVTX and stat.S_ISDIR(status.st_mode)):
        raise untrusted(place, f"can be written by others (mode {mode:o})", setting)


def untrusted(place: str | pathlib.Path, why: str, setting: str) -> Failure:
    return Failure(f"{place} {why}, so others decide what runs here: remove it, or chown it and "
                   f"chmod go-w it where you know its content, or name another folder with {setting}")


def make_folder(folder: pathlib.Path) -> None:
    """Makes a folder and its parents, not writable by others, whatever the umask."""
    for place in [*reversed(folder.parents), folder]:
        if not place.is_dir():
            with contextlib.suppress(FileExistsError):
                place.mkdir(0o755)


@contextlib.contextmanager
def locked(file: pathlib.Path, if_taken):
    """Holds a lock, which ends with this process and its children, and yields its descriptor. Calls
    `if_taken` if another process has it, then waits. The file is a plain one of this user, and its
    content stays: anything planted there, such as a link, is refused."""
    if sys.platform == "win32":
        yield from locked_on_windows(file, if_taken)
        return
    import fcntl

    try:
        lock = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    except OSError as error:
        if os.path.islink(file):
            raise Failure(f"{file} is a link, not a lock: remove it") from error
        raise
    try:
        status = os.fstat(lock)
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid():
            raise Failure(f"{file} is no file of yours, so it is no lock: remove it")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if_taken()
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock
    finally:
        os.close(lock)


def locked_on_windows(file: pathlib.Path, if_taken):
    """Who may write to the folder is what access lists say there, which are not checked here."""
    import msvcrt

    lock = os.open(file, os.O_RDWR | os.O_CREAT)
    try:
        said = False
        while True:
            try:
                msvcrt.locking(lock, msvcrt.LK_NBLCK, 1)
                break
            except OSError:
                if not said:
                    if_taken()
                said = True
                time.sleep(0.5)
        yield lock
    finally:
        os.close(lock)


def throw(error: OSError) -> None:
    raise error
