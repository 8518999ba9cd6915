"""Stands in for a Conan package: wraps what the system has, since tests have no Conan remote.

conan export system_library.py --name simdjson --version 3.0.1
"""

from conan import ConanFile

# Conan's name: CMake's package, its target, system libraries, definitions
PACKAGES = {
    "nlohmann_json": ("nlohmann_json", "nlohmann_json::nlohmann_json", [], []),
    "simdjson": ("simdjson", "simdjson::simdjson", ["simdjson"], ["SIMDJSON_THREADS_ENABLED=1"]),
    "cpp-httplib": ("httplib", "httplib::httplib", ["cpp-httplib"],
                    ["CPPHTTPLIB_OPENSSL_SUPPORT", "CPPHTTPLIB_ZLIB_SUPPORT",
                     "CPPHTTPLIB_BROTLI_SUPPORT"]),
    "boost": ("Boost", "Boost::headers", [], []),
    "cxxopts": ("cxxopts", "cxxopts::cxxopts", [], []),
    "openssl": ("OpenSSL", "OpenSSL::SSL", ["ssl", "crypto"], []),
}
COMPONENTS = {"boost": "headers", "openssl": "ssl"}


class SystemLibrary(ConanFile):
    settings = "os", "arch", "compiler", "build_type"
    options = {"header_only": [True, False, None]}  # the recipe sets boost's
    default_options = {"header_only": None}

    def configure(self):
        is_linked = bool(PACKAGES[self.name][2])
        self.package_type = "shared-library" if is_linked else "header-library"

    def package_info(self):
        package, target, libraries, definitions = PACKAGES[self.name]
        self.cpp_info.set_property("cmake_file_name", package)
        info = self.cpp_info
        if self.name in COMPONENTS:
            info = self.cpp_info.components[COMPONENTS[self.name]]
        info.set_property("cmake_target_name", target)
        info.bindirs = info.includedirs = info.libdirs = []
        info.system_libs = libraries
        info.defines = definitions
