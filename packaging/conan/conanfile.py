"""The SDK as a Conan package: `conan create packaging/conan` in a clone or an unpacked release."""

import json
import os

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load

required_conan_version = ">=2.0"

SOURCES = ["CMakeLists.txt", "LICENSE", "VERSION", "codegen/*", "generated/*", "schema/runtime.json",
           "schema/responses.json", "schema/corrections.json", "sdk/*", "tools/cmake/*",
           "tools/fetch_runtime", "tools/program/*", "tools/upkeep/packages.py",
           "tools/upkeep/trust.py", "tools/wire/*"]


class CodexSdk(ConanFile):
    name = "codex-sdk"
    description = "SDK for OpenAI's Codex: threads and turns of the agent, and its protocol as types"
    license = "Apache-2.0"
    topics = ("codex", "openai", "agent", "json-rpc")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {
        "shared": [True, False],
        "testing": [True, False],    # codex::testing, for tests of your own
        "tools": [True, False],      # codex-wire and codex-codegen
        "websocket": [True, False],  # runtimes that listen, and ssh
        "tls": [True, False],        # wss://
    }
    default_options = {"shared": False, "testing": True, "tools": False, "websocket": True,
                       "tls": True, "boost/*:header_only": True}

    def set_version(self):
        root = os.path.join(self.recipe_folder, "..", "..")
        if os.path.exists(os.path.join(root, "VERSION")):  # a release
            self.version = load(self, os.path.join(root, "VERSION")).strip()
        else:
            self.version = json.loads(load(self, os.path.join(root, "schema/runtime.json")))["version"]

    def export_sources(self):
        root = os.path.join(self.recipe_folder, "..", "..")
        for pattern in SOURCES:
            copy(self, pattern, root, self.export_sources_folder, excludes="*/__pycache__/*")

    def configure(self):
        if not self.options.websocket:
            del self.options.tls

    @property
    def _has_tls(self):
        return bool(self.options.get_safe("tls", False))

    def requirements(self):
        # Its types are in the SDK's headers.
        self.requires("nlohmann_json/[>=3.11 <4]", transitive_headers=True)
        self.requires("simdjson/[>=3.0 <5]")
        if self.options.testing:
            self.requires("cpp-httplib/[>=0.11 <1]")
        if self.options.websocket:
            self.requires("boost/[>=1.74 <2]", visible=False)
        if self._has_tls:
            self.requires("openssl/[>=3.0 <4]")
        if self.options.tools:
            self.requires("cxxopts/[>=3.0 <4]", visible=False)

    def validate(self):
        check_min_cppstd(self, 20)
        if self.settings.os == "Windows" and self.options.shared:
            raise ConanInvalidConfiguration("no shared library on Windows yet: it would export nothing")

    def layout(self):
        cmake_layout(self)

    def generate(self):
        toolchain = CMakeToolchain(self)
        for name, value in {"BUILD_TESTS": False, "BUILD_EXAMPLES": False, "GENERATE": False,
                            "INSTALL": True, "BUILD_TESTING": bool(self.options.testing),
                            "BUILD_TOOLS": bool(self.options.tools),
                            "WEBSOCKET": bool(self.options.websocket),
                            "TLS": self._has_tls}.items():
            toolchain.cache_variables[f"CODEX_SDK_{name}"] = value
        toolchain.generate()
        CMakeDeps(self).generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        CMake(self).install()

    def package_info(self):
        # The SDK's own CMake package, with its components and codex_generate_protocol.
        self.cpp_info.set_property("cmake_find_mode", "none")
        self._library("protocol", ["nlohmann_json::nlohmann_json", "simdjson::simdjson"])
        self.cpp_info.components["protocol"].builddirs = [os.path.join("lib", "cmake", "codex-sdk")]
        self._library("sdk", ["protocol", *(["openssl::ssl"] if self._has_tls else [])])
        if self.options.testing:
            self._library("testing", ["sdk", "cpp-httplib::cpp-httplib"])
            # Packages move; a static library has a path in it. Conan's libexec is bin.
            self.runenv_info.define_path(
                "CODEX_SCRIPTED_SERVER",
                os.path.join(self.package_folder, "bin", "codex-sdk", "codex-scripted-server"))

    def _library(self, name, requires):
        component = self.cpp_info.components[name]
        component.libs = [f"codex-{name}"]
        component.requires = requires
        component.set_property("pkg_config_name", f"codex-{name}")
        if self.settings.os == "Windows" and self.settings.compiler == "gcc":
            component.defines = ["_GLIBCXX_USE_POSIX_SEMAPHORE=1"]  # see docs/platforms.md
        if self.settings.os in ("Linux", "FreeBSD"):
            component.system_libs = ["pthread", "dl"]
        elif self.settings.os == "Windows" and name == "sdk":
            component.system_libs = ["advapi32", "ole32", "shell32", "uuid", "ws2_32", "mswsock"]
