"""Runtimes of any version: npm's data about them, their packages and the schemas that they
write."""

from __future__ import annotations

import argparse
import concurrent.futures
import contextlib
import importlib.machinery
import importlib.util
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

from . import packages, trust
from .trust import Failure

ROOT = pathlib.Path(__file__).resolve().parents[2]
NPM_NAME = "@openai/codex"
TARGETS = {
    "linux-x64": "x86_64-unknown-linux-musl",
    "linux-arm64": "aarch64-unknown-linux-musl",
    "darwin-x64": "x86_64-apple-darwin",
    "darwin-arm64": "aarch64-apple-darwin",
    "win32-x64": "x86_64-pc-windows-msvc",
    "win32-arm64": "aarch64-pc-windows-msvc",
}
SCHEMA_SECONDS = 60


def load_script(name: str):
    """A script of tools/ as a module."""
    loader = importlib.machinery.SourceFileLoader(name, str(ROOT / "tools" / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    sys.modules[name] = module
    loader.exec_module(module)
    return module


sys.dont_write_bytecode = True  # scripts should leave no bytecode
fetcher = load_script("fetch_runtime")


# --- versions ---------------------------------------------------------------------------------


def parse_version(text: str) -> str:
    """"0.170.0" from the forms that people write: 0.170.0, v0.170.0, rust-v0.170.0."""
    found = re.fullmatch(r"(?:rust-)?v?(\d+\.\d+\.\d+)(.*)", text.strip())
    if found and not found[2]:
        return found[1]
    if found and re.match(r"[-.]?(alpha|beta|rc|a|b)", found[2]):
        raise Failure(f"{text} is a prerelease; the SDK's version is its runtime's, and that is "
                      "of a release: three numbers, such as 0.170.0")
    raise Failure(f"'{text}' is no version: say three numbers, such as 0.170.0, or latest")


def this_platform() -> str:
    name = fetcher.this_platform()
    if name not in TARGETS:
        raise Failure(f"there is no runtime for {name}; it exists for {', '.join(TARGETS)}")
    return name


def runtime_of(version: str, platform: str, integrity: str) -> fetcher.Runtime:
    target = TARGETS[platform]
    return fetcher.Runtime(version=version, platform=platform,
                           npm_package=f"{NPM_NAME}@{version}-{platform}",
                           folder=f"vendor/{target}", target=target, integrity=integrity)


# --- npm's data -------------------------------------------------------------------------------


def latest_version() -> str:
    return parse_version(npm_view(NPM_NAME, "version"))


def published_hashes(version: str) -> dict[str, str]:
    """The integrity of each platform's package; those without one were not published."""
    with concurrent.futures.ThreadPoolExecutor(len(TARGETS)) as pool:
        found = dict(zip(TARGETS, pool.map(
            lambda platform: npm_view(f"{NPM_NAME}@{version}-{platform}", "dist.integrity"),
            TARGETS)))
    hashes = {platform: text for platform, text in found.items() if text}
    if not hashes:
        raise Failure(f"npm has no codex {version} for any platform: is the version right?")
    for platform, text in hashes.items():
        if not text.startswith("sha512-"):
            raise Failure(f"npm names no sha512 for codex {version} on {platform}, but '{text}'")
    return hashes


def npm_view(package: str, field: str) -> str:
    """One field of a package; "" if npm has no such package. Throws if npm cannot be reached."""
    npm = shutil.which("npm")
    if not npm:
        raise Failure("npm is not on PATH: install it (Debian: apt-get install npm), or get the "
                      "package elsewhere and pass it with --package")
    command = [npm, "view", package, field, "--json", "--loglevel=error", "--fetch-retries=2",
               "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL, timeout=fetcher.STALL_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise Failure(f"the npm registry did not answer in {fetcher.STALL_SECONDS} s: check the "
                      "network, or pass a package file with --package") from error
    with contextlib.suppress(ValueError):
        answer = json.loads(done.stdout or '""')
        if isinstance(answer, str) and done.returncode == 0:
            return answer
        if isinstance(answer, dict) and answer.get("error", {}).get("code") in ("E404", "ETARGET"):
            return ""
        if isinstance(answer, dict) and "error" in answer:
            code = answer["error"].get("code")
            raise Failure(f"npm cannot tell about {package} ({code}): check the network and npm's "
                          "proxy and registry settings, or pass a package file with --package")
    raise Failure(f"npm view {package} failed: {(done.stderr or done.stdout).strip()[:300]}")


# --- package files ----------------------------------------------------------------------------


def read_package(file: pathlib.Path) -> tuple[str, str, str]:
    """Version, platform and integrity of an npm package file, all from the same bytes."""
    try:
        with open(file, "rb") as source:
            hashed = packages.Hashed(source)
            with tarfile.open(fileobj=hashed, mode="r|gz") as archive:
                text = next(archive.extractfile(member).read(1 << 20) for member in archive
                            if member.name == "package/package.json" and member.isfile())
            integrity = hashed.integrity()
        manifest = json.loads(text)
        name, full = manifest["name"], manifest["version"]
    except (OSError, *packages.DAMAGED, StopIteration, ValueError, KeyError, TypeError) as error:
        what = error.strerror if isinstance(error, OSError) and error.strerror else "damaged?"
        raise Failure(f"{file} is no npm package ({what})") from error
    version, _, platform = str(full).partition("-")
    if name != NPM_NAME or platform not in TARGETS:
        raise Failure(f"{file} is {name}@{full}, not {NPM_NAME}@VERSION-PLATFORM with a platform "
                      f"of {', '.join(TARGETS)}")
    return parse_version(version), platform, integrity


def integrity_of(file: pathlib.Path) -> str:
    with open(file, "rb") as content:
        return packages.Hashed(content).integrity()


def install(runtime: fetcher.Runtime, package: pathlib.Path | None) -> pathlib.Path:
    """The binary of that runtime in the SDK's cache."""
    cache = fetcher.cache_folder()
    home = cache / f"{runtime.version}-{runtime.platform}"
    binary = None if package else fetcher.installed_binary(home, runtime)
    try:
        return binary or fetcher.install(runtime, cache, home,
                                         argparse.Namespace(package=package, force=bool(package)))
    except OSError as error:
        raise Failure(fetcher.explain(error, cache)) from error


def unpack(version: str, folder: pathlib.Path, package: pathlib.Path | None = None) -> pathlib.Path:
    """The binary of any version, also of those with another layout, unpacked into `folder`. Without
    a package, it is the installed one or comes from npm."""
    platform = this_platform()
    runtime = runtime_of(version, platform, "")
    if not package:
        home = fetcher.cache_folder() / f"{version}-{platform}"
        if installed := fetcher.installed_binary(home, runtime):
            return installed
        package = fetcher.download(runtime, folder)
    content = folder / "runtime"
    with packages.private_copy(package, folder) as (copy, _):
        fetcher.unpack(copy, runtime, content)
    # 0.131.0 has codex/codex, later ones bin/codex.
    for place in ("bin/codex", "codex/codex"):
        if fetcher.is_executable(content / place):
            return content / place
    raise Failure(f"the package of codex {version} has an unknown layout: it holds no bin/codex")


# --- schemas ----------------------------------------------------------------------------------


def write_schema(binary: pathlib.Path, folder: pathlib.Path) -> None:
    """Fills folder/stable and folder/experimental with the schemas that the runtime prints."""
    for surface, options in (("stable", []), ("experimental", ["--experimental"])):
        out = folder / surface
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        with tempfile.TemporaryDirectory(prefix="codex-home-") as home:
            environment = os.environ | {"HOME": home, "CODEX_HOME": home}
            command = [binary, "app-server", "generate-json-schema", "--out", out, *options]
            try:
                done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                      timeout=SCHEMA_SECONDS, text=True, check=False)
                problem = "" if done.returncode == 0 else done.stdout.strip()[-300:] or "no word"
            except subprocess.TimeoutExpired:
                problem = f"silent for {SCHEMA_SECONDS} s"
            except OSError as error:
                problem = error.strerror
        if problem:
            raise Failure(f"the runtime does not write its schema: {problem}")


def pin_of(version: str, hashes: dict[str, str]) -> str:
    """The text of schema/runtime.json."""
    platforms = {}
    for platform in TARGETS:
        if platform in hashes:
            runtime = runtime_of(version, platform, hashes[platform])
            platforms[platform] = {"npm_package": runtime.npm_package, "folder": runtime.folder,
                                   "target": runtime.target, "integrity": runtime.integrity}
    return json.dumps({"version": version, "platforms": platforms}, indent=2) + "\n"


def count_schema(schema: pathlib.Path) -> str:
    """"939 definitions, 184 client requests, 86 notifications and 11 server requests"."""
    bundle = schema / "experimental" / "codex_app_server_protocol.schemas.json"
    definitions = json.loads(bundle.read_text())["definitions"]
    names = set(definitions) - {"v2"} | set(definitions.get("v2", {}))
    requests, notifications, asked = (
        len(definitions[union].get("oneOf", []))
        for union in ("ClientRequest", "ServerNotification", "ServerRequest"))
    return (f"{len(names)} definitions, {requests} client requests, {notifications} notifications "
            f"and {asked} server requests")


def kept_schema(version: str, say, package: pathlib.Path | None = None) -> pathlib.Path:
    """A folder with the layout of schema/, kept below ~/.cache/codex-sdk/schema; the runtime is not
    kept."""
    cache = trust.cache_base() / "codex-sdk" / "schema"
    home = cache / version
    trust.check_tree(home, "XDG_CACHE_HOME")
    ours = [ROOT / "schema" / name for name in ("responses.json", "corrections.json")]
    if (home / "runtime.json").is_file():
        for file in ours:
            shutil.copy(file, home)  # they may have been extended since
        return home
    trust.make_folder(cache)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=cache) as folder:
        staging = pathlib.Path(folder)
        say(f"getting the schema of codex {version} from its runtime")
        schema = staging / "schema"
        write_schema(unpack(version, staging, package), schema)
        for file in ours:
            shutil.copy(file, schema)
        (schema / "runtime.json").write_text(f'{{ "version": "{version}" }}\n')
        with contextlib.suppress(OSError):  # another process was faster
            schema.rename(home)
    return home
