# What `cmake --install` installs: headers, libraries, tools, a CMake package and pkg-config files.
# share/codex-sdk has the layout of this repository, so that its scripts find their files.
include(CMakePackageConfigHelpers)

# Components, for packages of distributions: libraries are the shared ones, tools the programs, dev
# is the rest.
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME dev)

set(codex_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/codex-sdk)
set(codex_share_dir ${CMAKE_INSTALL_DATADIR}/codex-sdk)
set(codex_libexec_dir ${CMAKE_INSTALL_LIBEXECDIR}/codex-sdk)
set(codex_pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# codex_headers(FOLDER [PATTERN name EXCLUDE]...): the headers of an include folder.
function(codex_headers folder)
  install(DIRECTORY ${folder}/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING
          PATTERN "*.hpp" ${ARGN})
endfunction()

codex_headers(${PROJECT_SOURCE_DIR}/codegen/support/include)
codex_headers(${PROJECT_BINARY_DIR}/codegen/support/include)
codex_headers(${PROJECT_SOURCE_DIR}/generated/include)
codex_headers(${PROJECT_BINARY_DIR}/sdk/include)
if(TARGET codex_testing)
  codex_headers(${PROJECT_SOURCE_DIR}/sdk/include)
else()
  codex_headers(${PROJECT_SOURCE_DIR}/sdk/include PATTERN testing EXCLUDE PATTERN testing.hpp
                EXCLUDE)
endif()

# Separate export files, so that users without codex::testing need no httplib.
install(
  TARGETS codex_protocol codex_protocol_support_archive codex_sdk
  EXPORT codex-sdk-targets
  LIBRARY COMPONENT libraries NAMELINK_COMPONENT dev
  INCLUDES
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT codex-sdk-targets NAMESPACE codex:: DESTINATION ${codex_package_dir})
if(TARGET codex_testing)
  install(TARGETS codex_testing EXPORT codex-sdk-testing-targets
          LIBRARY COMPONENT libraries NAMELINK_COMPONENT dev)
  if(TARGET codex-scripted-server)
    install(TARGETS codex-scripted-server EXPORT codex-sdk-testing-targets
            RUNTIME DESTINATION ${codex_libexec_dir})
  endif()
  install(EXPORT codex-sdk-testing-targets NAMESPACE codex:: DESTINATION ${codex_package_dir})
endif()
if(CODEX_SDK_BUILD_TOOLS)
  install(TARGETS codex-wire codex-codegen EXPORT codex-sdk-tools-targets RUNTIME COMPONENT tools)
  install(EXPORT codex-sdk-tools-targets NAMESPACE codex:: DESTINATION ${codex_package_dir}
          COMPONENT tools)
endif()

# Shared libraries find each other, and the tools find them, even if the whole installation is
# moved.
if(BUILD_SHARED_LIBS AND NOT WIN32)
  set(origin $<IF:$<BOOL:${APPLE}>,@loader_path,$ORIGIN>)
  file(RELATIVE_PATH bin_to_lib ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
  set_target_properties(codex_sdk PROPERTIES INSTALL_RPATH ${origin})
  if(TARGET codex_testing)
    set_target_properties(codex_testing PROPERTIES INSTALL_RPATH ${origin})
  endif()
  if(CODEX_SDK_BUILD_TOOLS)
    set_target_properties(codex-wire PROPERTIES INSTALL_RPATH ${origin}/${bin_to_lib})
  endif()
endif()

install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

# A tool fetches the runtime; the pin is next to it.
install(PROGRAMS ${PROJECT_SOURCE_DIR}/tools/fetch_runtime DESTINATION ${codex_share_dir}/tools
        COMPONENT tools)
install(FILES ${PROJECT_SOURCE_DIR}/tools/upkeep/packages.py
              ${PROJECT_SOURCE_DIR}/tools/upkeep/trust.py
        DESTINATION ${codex_share_dir}/tools/upkeep COMPONENT tools)
install(FILES ${PROJECT_SOURCE_DIR}/schema/runtime.json DESTINATION ${codex_share_dir}/schema
        COMPONENT tools)
install(FILES ${PROJECT_SOURCE_DIR}/schema/responses.json
              ${PROJECT_SOURCE_DIR}/schema/corrections.json
        DESTINATION ${codex_share_dir}/schema)
if(NOT WIN32)
  file(RELATIVE_PATH fetch_runtime ${CMAKE_INSTALL_FULL_BINDIR}
       ${CMAKE_INSTALL_FULL_DATADIR}/codex-sdk/tools/fetch_runtime)
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/install)
  file(CREATE_LINK ${fetch_runtime} ${PROJECT_BINARY_DIR}/install/codex-fetch-runtime SYMBOLIC)
  install(FILES ${PROJECT_BINARY_DIR}/install/codex-fetch-runtime
          DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT tools)
endif()

# The CMake package.
set(codex_needs_openssl OFF)
if(CODEX_SDK_TLS)
  set(codex_needs_openssl ON)
endif()
set(codex_is_shared OFF)
if(BUILD_SHARED_LIBS)
  set(codex_is_shared ON)
endif()
set(codex_httplib_is_package OFF)
if(NOT CODEX_HTTPLIB_FOUND)
  set(codex_httplib_is_package ON)
endif()
configure_package_config_file(
  ${CMAKE_CURRENT_LIST_DIR}/codex-sdk-config.cmake.in
  ${PROJECT_BINARY_DIR}/install/codex-sdk-config.cmake INSTALL_DESTINATION ${codex_package_dir}
  PATH_VARS codex_share_dir)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/install/codex-sdk-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/install/codex-sdk-config.cmake
              ${PROJECT_BINARY_DIR}/install/codex-sdk-config-version.cmake
        DESTINATION ${codex_package_dir})
install(FILES ${CMAKE_CURRENT_LIST_DIR}/codex_generate_protocol.cmake
        DESTINATION ${codex_share_dir}/tools/cmake)

# codex_pkgconfig(NAME DESCRIPTION PUBLIC-REQUIREMENTS PRIVATE-REQUIREMENTS PRIVATE-FLAGS)
# There is either a static or a shared library. What a static one needs is needed by everybody who
# links it, --static or not.
function(codex_pkgconfig name description public private private_flags)
  set(requirements ${public})
  set(flags "")
  if(NOT BUILD_SHARED_LIBS)
    list(APPEND requirements ${private})
    set(flags " ${private_flags}")
  endif()
  list(JOIN requirements ", " requirements)
  configure_file(${CMAKE_CURRENT_FUNCTION_LIST_DIR}/codex.pc.in
                 ${PROJECT_BINARY_DIR}/install/codex-${name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/install/codex-${name}.pc DESTINATION ${codex_pkgconfig_dir})
endfunction()

get_target_property(definitions codex_protocol INTERFACE_COMPILE_DEFINITIONS)
set(codex_pc_definitions "")
foreach(definition IN LISTS definitions)
  if(definition) # not "definitions-NOTFOUND"
    string(APPEND codex_pc_definitions " -D${definition}")
  endif()
endforeach()
file(RELATIVE_PATH codex_pc_to_include ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig
     ${CMAKE_INSTALL_FULL_INCLUDEDIR})
codex_pkgconfig(protocol "The protocol of the Codex app-server as C++ types" nlohmann_json simdjson
                "")
set(codex_sdk_needs simdjson)
if(CODEX_SDK_TLS)
  list(APPEND codex_sdk_needs "openssl >= 3.0")
endif()
get_target_property(codex_system_libraries codex_sdk codex_system_libraries)
list(TRANSFORM codex_system_libraries PREPEND -l)
list(JOIN codex_system_libraries " " codex_system_libraries)
string(STRIP "-pthread ${codex_system_libraries}" codex_sdk_flags)
codex_pkgconfig(sdk "SDK for OpenAI's Codex" "codex-protocol = ${codex_version}"
                "${codex_sdk_needs}" "${codex_sdk_flags}")
if(TARGET codex_testing AND (BUILD_SHARED_LIBS OR CODEX_HTTPLIB_FOUND))
  codex_pkgconfig(testing "Mocks for tests of programs that use the Codex SDK"
                  "codex-sdk = ${codex_version}" cpp-httplib -pthread)
endif()

# A static library has this prefix in it, see sdk/src/runtime/installation.hpp.
if(NOT BUILD_SHARED_LIBS)
  install(CODE "
    if(NOT CMAKE_INSTALL_PREFIX STREQUAL [==[${CMAKE_INSTALL_PREFIX}]==])
      message(STATUS [==[Static libraries look for a runtime, and for codex-scripted-server, in ]==]
        [==[${CMAKE_INSTALL_FULL_LIBEXECDIR}/codex-sdk: configure with -DCMAKE_INSTALL_PREFIX to ]==]
        [==[have them look here]==])
    endif()")
endif()
