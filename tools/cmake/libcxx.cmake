# clang with libc++ instead of libstdc++. Debian's libraries are built with libstdc++, whose
# std::string is another.
set(CMAKE_CXX_COMPILER clang++-19) # libc++ has std::stop_token since 18, behind a flag
set(CMAKE_CXX_FLAGS_INIT "-stdlib=libc++ -fexperimental-library")
set(CMAKE_EXE_LINKER_FLAGS_INIT -fuse-ld=lld-16)
execute_process(
  COMMAND ${CMAKE_CURRENT_LIST_DIR}/../setup/dependencies libcxx
  OUTPUT_VARIABLE codex_libraries
  OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
list(PREPEND CMAKE_PREFIX_PATH ${codex_libraries})
