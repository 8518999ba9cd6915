# Programs for another system by zig, a clang with libc++ and a C library for each:
# CODEX_SDK_ZIG_TARGET is one of those that tools/setup/zig names.
if(CODEX_SDK_ZIG_TARGET MATCHES "^(aarch64|x86_64)-linux-musl$")
  set(CMAKE_SYSTEM_NAME Linux)
elseif(CODEX_SDK_ZIG_TARGET MATCHES "^(aarch64|x86_64)-macos$")
  set(CMAKE_SYSTEM_NAME Darwin)
else()
  message(FATAL_ERROR "CODEX_SDK_ZIG_TARGET is '${CODEX_SDK_ZIG_TARGET}': see tools/setup/zig")
endif()
set(CMAKE_SYSTEM_PROCESSOR ${CMAKE_MATCH_1})
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES CODEX_SDK_ZIG_TARGET)

# codex_output(VARIABLE COMMAND...): makes what is missing, and says where it is.
function(codex_output variable)
  execute_process(
    COMMAND ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../setup/${ARGN} ${CODEX_SDK_ZIG_TARGET}
    OUTPUT_VARIABLE output
    OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  set(${variable} ${output} PARENT_SCOPE)
endfunction()
codex_output(codex_zig zig)
codex_output(codex_libraries dependencies)

set(CMAKE_CXX_COMPILER ${codex_zig}/clang++)
# zig adds debug information and checks of its own where nothing is optimised.
set(CMAKE_CXX_FLAGS_INIT "-g0 -fno-sanitize=all")
set(CMAKE_AR ${codex_zig}/ar)
set(CMAKE_RANLIB ${codex_zig}/ranlib)
set(CMAKE_FIND_ROOT_PATH ${codex_libraries})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

# What runs the tests, and the tools of the build: Linux's run here, by qemu's user mode for another
# processor; nothing here runs those of macOS.
if(CMAKE_SYSTEM_NAME STREQUAL Darwin)
  set(CMAKE_CROSSCOMPILING_EMULATOR ${CMAKE_CURRENT_LIST_DIR}/no_mac)
elseif(CMAKE_SYSTEM_PROCESSOR STREQUAL aarch64)
  set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64-static)
endif()
