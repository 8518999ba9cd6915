# Runs the port of packaging/vcpkg as vcpkg would, as far as that shows without vcpkg: its functions
# are replaced by these, which configure, build and install once, without a toolchain or a debug part.
#
# cmake -DPACKAGES=<where to install> -DBUILD=<folder> -DFEATURES=testing,endpoint -DOPTIONS=<for cmake, by |>
#   -P run_port.cmake
cmake_minimum_required(VERSION 3.25)
string(REPLACE "," ";" FEATURES "${FEATURES}")
string(REPLACE "|" ";" OPTIONS "${OPTIONS}")
get_filename_component(port "${CMAKE_CURRENT_LIST_DIR}/../../../packaging/vcpkg/ports/codex-sdk" ABSOLUTE)
file(READ ${port}/vcpkg.json manifest)
string(JSON VERSION GET "${manifest}" version)
set(PORT codex-sdk)
set(CURRENT_PACKAGES_DIR ${PACKAGES})
file(REMOVE_RECURSE ${PACKAGES})

function(vcpkg_check_features)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" OUT_FEATURE_OPTIONS FEATURES)
  set(options "")
  while(arg_FEATURES)
    list(POP_FRONT arg_FEATURES feature option)
    set(value OFF)
    if(feature IN_LIST FEATURES)
      set(value ON)
    endif()
    list(APPEND options -D${option}=${value})
  endwhile()
  set(${arg_OUT_FEATURE_OPTIONS} ${options} PARENT_SCOPE)
endfunction()

function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

function(vcpkg_cmake_configure)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" SOURCE_PATH OPTIONS)
  run(${CMAKE_COMMAND} -G Ninja -S ${arg_SOURCE_PATH} -B ${BUILD} -DCMAKE_INSTALL_PREFIX=${PACKAGES}
      -DCMAKE_INSTALL_LIBDIR=lib ${arg_OPTIONS} ${OPTIONS})
endfunction()

function(vcpkg_cmake_install)
  run(${CMAKE_COMMAND} --build ${BUILD} --target install)
endfunction()

# Moves the CMake package, and mends the paths in it.
function(vcpkg_cmake_config_fixup)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" CONFIG_PATH "")
  file(GLOB files ${PACKAGES}/${arg_CONFIG_PATH}/*)
  file(COPY ${files} DESTINATION ${PACKAGES}/share/${PORT})
  get_filename_component(parent ${arg_CONFIG_PATH} DIRECTORY)
  if(parent STREQUAL "lib/cmake") # as the real one does
    file(REMOVE_RECURSE ${PACKAGES}/${parent})
  endif()
  file(REMOVE_RECURSE ${PACKAGES}/${arg_CONFIG_PATH})
  set(up "get_filename_component(_IMPORT_PREFIX \"\${_IMPORT_PREFIX}\" PATH)\n")
  file(GLOB files ${PACKAGES}/share/${PORT}/*.cmake)
  foreach(file IN LISTS files)
    file(READ ${file} text)
    string(REPLACE "PACKAGE_PREFIX_DIR \"\${CMAKE_CURRENT_LIST_DIR}/../../../\""
                   "PACKAGE_PREFIX_DIR \"\${CMAKE_CURRENT_LIST_DIR}/../../\"" text "${text}")
    string(REPLACE "${up}${up}${up}" "${up}${up}" text "${text}")
    string(REGEX REPLACE "/bin/(codex-[a-z]+)\"" "/tools/${PORT}/\\1\"" text "${text}")
    file(WRITE ${file} "${text}")
  endforeach()
endfunction()

function(vcpkg_fixup_pkgconfig)
endfunction()

function(vcpkg_copy_tools)
  cmake_parse_arguments(PARSE_ARGV 0 arg AUTO_CLEAN "" TOOL_NAMES)
  foreach(tool IN LISTS arg_TOOL_NAMES)
    file(COPY ${PACKAGES}/bin/${tool} DESTINATION ${PACKAGES}/tools/${PORT})
    file(REMOVE ${PACKAGES}/bin/${tool})
  endforeach()
endfunction()

function(vcpkg_install_copyright)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" FILE_LIST)
  file(COPY_FILE ${arg_FILE_LIST} ${PACKAGES}/share/${PORT}/copyright)
endfunction()

# As vcpkg does, it reads the file at its own place.
include(${port}/portfile.cmake)

# What vcpkg complains of after a build.
if(EXISTS ${PACKAGES}/bin OR EXISTS ${PACKAGES}/lib/cmake OR NOT EXISTS ${PACKAGES}/share/${PORT}/usage)
  message(FATAL_ERROR "the port leaves files where vcpkg allows none, or lacks some")
endif()
