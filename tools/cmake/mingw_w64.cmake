# Programs for Windows on x86-64, by Debian's mingw-w64 (g++-mingw-w64-x86-64-posix), lld and wine64.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)

# That with POSIX threads: the other has no std::thread.
set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc-posix)
set(CMAKE_CXX_COMPILER x86_64-w64-mingw32-g++-posix)
set(CMAKE_RC_COMPILER x86_64-w64-mingw32-windres)

# Static: programs need no libstdc++, libgcc and libwinpthread next to them.
set(codex_link "-wrapper ${CMAKE_CURRENT_LIST_DIR}/mingw_lld -static")
set(CMAKE_EXE_LINKER_FLAGS_INIT ${codex_link})
set(CMAKE_SHARED_LINKER_FLAGS_INIT ${codex_link})

# binutils' ar takes a minute for the tables of all types, LLVM's a second.
find_program(codex_llvm_ar NAMES llvm-ar-16 llvm-ar)
find_program(codex_llvm_ranlib NAMES llvm-ranlib-16 llvm-ranlib)
if(codex_llvm_ar AND codex_llvm_ranlib)
  set(CMAKE_AR ${codex_llvm_ar} CACHE FILEPATH "")
  set(CMAKE_RANLIB ${codex_llvm_ranlib} CACHE FILEPATH "")
endif()

# Tests, and tools that the build runs, under wine: tools/wine/prepare makes it ready.
set(CMAKE_CROSSCOMPILING_EMULATOR ${CMAKE_CURRENT_LIST_DIR}/../wine/run)

execute_process(
  COMMAND ${CMAKE_CURRENT_LIST_DIR}/../setup/dependencies windows-x64
  OUTPUT_VARIABLE codex_windows_libraries
  OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
set(CMAKE_FIND_ROOT_PATH ${codex_windows_libraries} /usr/x86_64-w64-mingw32
                         ${CMAKE_PREFIX_PATH}) # where an SDK is installed, for example
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
