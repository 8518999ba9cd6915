# The SDK's dependencies, or an error that says how to get them. Those that a parent project has as
# targets already are taken as they are.

function(codex_missing what debian homebrew vcpkg)
  message(
    FATAL_ERROR
      "${what} was not found. Install it:\n"
      "  Debian, Ubuntu: apt-get install ${debian}\n"
      "  Homebrew:       brew install ${homebrew}\n"
      "  vcpkg:          vcpkg install ${vcpkg}")
endfunction()

# Package P has the target P::P.
macro(codex_require package debian homebrew vcpkg)
  if(NOT TARGET ${package}::${package})
    find_package(${package} CONFIG QUIET)
    if(NOT ${package}_FOUND)
      codex_missing(${package} ${debian} ${homebrew} ${vcpkg})
    endif()
  endif()
endmacro()

include(CheckCXXSourceCompiles)
block()
  set(CMAKE_CXX_STANDARD 20)
  check_cxx_source_compiles(
    "#include <version>\nstatic_assert(__cpp_lib_jthread > 0);\nint main() {}"
    codex_has_stop_token)
  check_cxx_source_compiles("#include <version>\nint main() { return _LIBCPP_VERSION > 0; }"
                            codex_has_libcxx)
endblock()
if(NOT codex_has_stop_token)
  message(
    FATAL_ERROR
      "The C++ standard library has no std::stop_token.\n"
      "  libc++ (LLVM 18 or later): -DCMAKE_CXX_FLAGS=-fexperimental-library, here and for all that\n"
      "                             uses the SDK")
endif()

codex_require(nlohmann_json nlohmann-json3-dev nlohmann-json nlohmann-json)
codex_require(simdjson libsimdjson-dev simdjson simdjson)
find_package(Threads REQUIRED)

if(CODEX_SDK_GENERATE OR CODEX_SDK_BUILD_TOOLS)
  codex_require(cxxopts libcxxopts-dev cxxopts cxxopts)
endif()

# Only its headers, for one file of codex::sdk: who uses the SDK needs none.
set(codex_has_boost ON)
if(NOT TARGET Boost::headers)
  find_package(Boost 1.74 QUIET)
  set(codex_has_boost ${Boost_FOUND})
endif()
option(CODEX_SDK_WEBSOCKET "Attach to runtimes that listen (needs Boost's headers)"
       ${codex_has_boost})
if(CODEX_SDK_WEBSOCKET AND NOT codex_has_boost)
  codex_missing(Boost libboost-dev boost "boost-asio boost-beast")
endif()

# For endpoints that are encrypted (wss://).
set(codex_has_openssl OFF)
if(CODEX_SDK_WEBSOCKET AND TARGET OpenSSL::SSL)
  set(codex_has_openssl ON)
elseif(CODEX_SDK_WEBSOCKET)
  find_package(OpenSSL 3.0 QUIET)
  set(codex_has_openssl ${OpenSSL_FOUND})
endif()
option(CODEX_SDK_TLS "Attach to runtimes behind TLS (needs OpenSSL and CODEX_SDK_WEBSOCKET)"
       ${codex_has_openssl})
if(CODEX_SDK_TLS AND NOT CODEX_SDK_WEBSOCKET)
  message(FATAL_ERROR "CODEX_SDK_TLS needs CODEX_SDK_WEBSOCKET")
elseif(CODEX_SDK_TLS AND NOT codex_has_openssl)
  codex_missing(OpenSSL libssl-dev openssl openssl)
endif()

if(CODEX_SDK_BUILD_TESTS)
  codex_require(doctest doctest-dev doctest doctest)
  # Its macros use __COUNTER__, of which newer clangs warn as of an extension.
  include(CheckCXXCompilerFlag)
  check_cxx_compiler_flag(-Wc2y-extensions codex_has_c2y_warning)
  if(codex_has_c2y_warning)
    target_compile_options(doctest::doctest INTERFACE -Wno-c2y-extensions)
  endif()
endif()

# Debian's cpp-httplib is a compiled library that comes with a pkg-config file, not with a CMake
# package. Its flags matter: they decide how its classes are laid out.
if(NOT TARGET httplib::httplib
   AND (CODEX_SDK_BUILD_TESTING
        OR CODEX_SDK_BUILD_TESTS
        OR CODEX_SDK_BUILD_EXAMPLES))
  find_package(httplib CONFIG QUIET)
  if(NOT httplib_FOUND)
    find_package(PkgConfig QUIET)
    if(NOT PkgConfig_FOUND)
      codex_missing(pkg-config pkg-config pkgconf pkgconf)
    endif()
    pkg_check_modules(CODEX_HTTPLIB IMPORTED_TARGET cpp-httplib)
    if(NOT CODEX_HTTPLIB_FOUND)
      codex_missing(cpp-httplib libcpp-httplib-dev cpp-httplib cpp-httplib)
    endif()
    add_library(httplib::httplib ALIAS PkgConfig::CODEX_HTTPLIB)
  endif()
endif()
