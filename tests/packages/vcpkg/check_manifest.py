"""vcpkg.json: vcpkg's rules for names, versions and features, and what the portfile does with them.

check_manifest.py [PYTHON-WITH-KMPKG]: that also reads it, and says what it would install.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
PORT = ROOT / "packaging/vcpkg/ports/codex-sdk"
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
KEYS = {"name", "version", "description", "license", "supports", "dependencies", "default-features",
        "features", "port-version", "homepage"}
# What kmpkg would install by default, itself excluded.
PLAN = {"nlohmann-json", "simdjson", "vcpkg-cmake", "vcpkg-cmake-config", "boost-asio",
        "boost-beast", "openssl"}
READ = """
import sys
from kmpkg.core.dependency_resolver import DependencyResolver
from kmpkg.registry.port_provider import OverlayProvider, PortFileProvider
from kmpkg.registry.registry_set import RegistrySet
provider = PortFileProvider(RegistrySet(), OverlayProvider([sys.argv[1]]))
plan = DependencyResolver(provider).resolve("codex-sdk")
print(*{package.package_spec.name for package in plan.packages})
"""


def main() -> None:
    manifest = json.loads((PORT / "vcpkg.json").read_text())
    pinned = json.loads((ROOT / "schema/runtime.json").read_text())["version"]
    version = manifest["version"]
    expect(version == pinned, f"write {pinned} into vcpkg.json, it says {version}")
    expect(re.fullmatch(r"\d+(\.\d+)*(-.*)?", version) is not None, f"{version} is no version")
    expect(set(manifest) <= KEYS, f"vcpkg knows no {set(manifest) - KEYS}")
    expect(manifest["name"] == PORT.name, "the port's name is its folder's")

    features = manifest["features"]
    expect(set(manifest["default-features"]) <= set(features), "a default feature is missing")
    for owner in (manifest, *features.values()):
        expect(owner["description"], "each feature has a description")
        for dependency in owner["dependencies"]:
            parts = {"name": dependency} if isinstance(dependency, str) else dependency
            expect(set(parts) <= {"name", "host", "features", "default-features", "platform"},
                   f"vcpkg knows no such dependency: {parts}")
            if parts["name"] == manifest["name"]:
                expect(set(parts["features"]) <= set(features), "a feature needs one that is missing")
    for name in (manifest["name"], *features):
        expect(NAME.fullmatch(name) is not None, f"{name} is no name")

    portfile = (PORT / "portfile.cmake").read_text()
    used = dict(re.findall(r"^ +(\w+) +(CODEX_SDK_\w+)$", portfile, re.MULTILINE))
    expect(set(used) == set(features), f"vcpkg.json has {set(features)}, the portfile {set(used)}")
    cmake = "".join((ROOT / file).read_text()
                    for file in ("CMakeLists.txt", "tools/cmake/codex_dependencies.cmake"))
    for option in re.findall(r"CODEX_SDK_\w+", portfile):
        expect(f"option({option} " in cmake, f"the build has no option {option}")
    if len(sys.argv) > 1:
        read_by_kmpkg(sys.argv[1])


def read_by_kmpkg(python: str) -> None:
    """It wants another name for the file; the rest is the same."""
    with tempfile.TemporaryDirectory() as ports:
        port = pathlib.Path(ports) / PORT.name
        port.mkdir()
        (port / "kmpkg.json").write_text((PORT / "vcpkg.json").read_text())
        said = subprocess.run([python, "-c", READ, ports], check=True, capture_output=True, text=True)
    plan = set(said.stdout.split()) - {PORT.name}
    expect(plan == PLAN, f"kmpkg would install {plan}")
    print("kmpkg would install", *sorted(plan))


def expect(is_true: object, problem: str) -> None:
    if not is_true:
        sys.exit(problem)


if __name__ == "__main__":
    main()
