# The common settings of all targets of the SDK. Of them users get C++20 and what changes the ABI.

if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
endif()

function(codex_target target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  if(WIN32)
    # Windows 10, for AF_UNIX and job lists; without macros `min` and `max`.
    target_compile_definitions(${target} PRIVATE _WIN32_WINNT=0x0A00 WIN32_LEAN_AND_MEAN NOMINMAX)
  endif()
  if(MINGW)
    # Without futexes, g++ 12's other semaphore misses wake-ups: a std::stop_callback that ends while it
    # runs would wait for ever. All of a program must have the same one.
    target_compile_definitions(${target} PUBLIC _GLIBCXX_USE_POSIX_SEMAPHORE=1)
  endif()
  codex_large_objects(${target})
  # In a larger batch the files have names in common.
  set_target_properties(${target} PROPERTIES UNITY_BUILD_BATCH_SIZE 6)
  if(MSVC)
    target_compile_options(${target} PRIVATE /utf-8 /permissive-)
  endif()
  if(NOT codex-sdk_IS_TOP_LEVEL)
    # Another project's warnings, and its -Werror, are not about our files.
    target_compile_options(${target} PRIVATE $<IF:$<BOOL:${MSVC}>,/w,-w>)
  elseif(MSVC)
    target_compile_options(${target} PRIVATE /W4 $<$<BOOL:${CODEX_SDK_WERROR}>:/WX>)
  else()
    # A runtime that drops something that we use must not break the build: it warns until we adapt.
    target_compile_options(
      ${target} PRIVATE -Wall -Wextra -Wpedantic
                        $<$<BOOL:${CODEX_SDK_WERROR}>:-Werror -Wno-error=deprecated-declarations>)
    # g++ 12 sees overlaps in "literal" + std::string that are not there (GCC bug 105651).
    if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
      target_compile_options(${target} PRIVATE -Wno-restrict)
    endif()
    # In a batch of files a coroutine that has a lambda is not in the main file, which g++ minds.
    if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_UNITY_BUILD)
      target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
    endif()
  endif()
endfunction()

# codex_library(TARGET NAME): of those that are installed, codex::NAME after find_package too.
function(codex_library target name)
  codex_target(${target})
  string(REPLACE _ - file_name codex-${name})
  set_target_properties(
    ${target}
    PROPERTIES EXPORT_NAME ${name}
               OUTPUT_NAME ${file_name}
               DEFINE_SYMBOL "" # so that ccache has an object once for static and shared libraries
               # Shared ones fit programs that were compiled against the very same version.
               VERSION ${PROJECT_VERSION}
               SOVERSION ${PROJECT_VERSION})
  codex_relocatable(${target})
  get_target_property(type ${target} TYPE)
  if(type STREQUAL SHARED_LIBRARY AND NOT APPLE AND NOT WIN32)
    set(symbols ${PROJECT_SOURCE_DIR}/tools/cmake/symbols.map)
    target_link_options(${target} PRIVATE LINKER:--version-script=${symbols})
    set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${symbols})
  endif()
endfunction()

# So that your shared libraries can link the static ones, at no cost in speed.
function(codex_relocatable target)
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    target_compile_options(${target} PRIVATE -fno-semantic-interposition)
  endif()
endfunction()

# Code whose speed does not matter.
function(codex_quick_to_build target)
  if(NOT MSVC)
    target_compile_options(${target} PRIVATE -O0)
  endif()
endfunction()

# codex_precompile(TARGET HEADER...): what all files of a target include is parsed once. Tests and
# examples only: a missing include in the SDK itself must show.
function(codex_precompile target)
  target_precompile_headers(${target} PRIVATE ${ARGN})
  codex_cached_with_precompiled(${target})
endfunction()

# codex_precompile_as(TARGET OTHER): with the header of another target, which has the same options.
function(codex_precompile_as target other)
  target_precompile_headers(${target} REUSE_FROM ${other})
  codex_cached_with_precompiled(${target})
endfunction()

function(codex_cached_with_precompiled target)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    target_compile_options(${target} PRIVATE -fpch-preprocess) # without it ccache keeps nothing
  endif()
endfunction()
