# Packages of what is installed: `cpack -G DEB` and `cpack -G TGZ` in the build folder. For DEB,
# configure with -DCMAKE_INSTALL_PREFIX=/usr, and on Debian or Ubuntu: the dependencies are their
# packages.
set(CPACK_PACKAGE_NAME codex-sdk)
set(CPACK_PACKAGE_VERSION ${codex_version})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "SDK for OpenAI's Codex")
set(CPACK_PACKAGE_CONTACT "The Codex C++ SDK")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL dev tools)
if(BUILD_SHARED_LIBS)
  list(PREPEND CPACK_COMPONENTS_ALL libraries)
endif()

string(REPLACE "-" "~" codex_deb_version "${codex_version}") # 0.170.0-alpha.1 comes before 0.170.0
set(CPACK_DEBIAN_PACKAGE_VERSION ${codex_deb_version})
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION libdevel)
# What the programs are linked to, the SDK's own libraries excepted, which are no package yet.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR}/generated
                                                ${PROJECT_BINARY_DIR}/sdk)

set(codex_deb_libraries libcodex-sdk${PROJECT_VERSION})
set(CPACK_DEBIAN_LIBRARIES_PACKAGE_NAME ${codex_deb_libraries})
set(CPACK_DEBIAN_LIBRARIES_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIBRARIES_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_LIBRARIES_PACKAGE_RECOMMENDS codex-sdk-tools) # codex-fetch-runtime

set(CPACK_DEBIAN_TOOLS_PACKAGE_NAME codex-sdk-tools)
set(CPACK_DEBIAN_TOOLS_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_TOOLS_PACKAGE_DEPENDS python3)
set(CPACK_DEBIAN_TOOLS_PACKAGE_RECOMMENDS "npm, ca-certificates") # what codex-fetch-runtime runs
if(BUILD_SHARED_LIBS)
  string(APPEND CPACK_DEBIAN_TOOLS_PACKAGE_DEPENDS ", ${codex_deb_libraries} (= ${codex_deb_version})")
endif()

# What programs need in order to be compiled and linked. nlohmann/json has its version in the names
# of its functions, which are in the SDK's API.
codex_json_version(json_version)
string(REPLACE . ";" json_numbers "${json_version}")
list(LENGTH json_numbers count)
set(codex_deb_json nlohmann-json3-dev)
if(count EQUAL 3)
  list(POP_BACK json_numbers json_patch)
  math(EXPR json_patch "${json_patch} + 1")
  list(JOIN json_numbers . json_minor)
  string(APPEND codex_deb_json " (>= ${json_version}), nlohmann-json3-dev (<< ${json_minor}.${json_patch}~)")
endif()
set(codex_deb_dev ${codex_deb_json} libsimdjson-dev "codex-sdk-tools (= ${codex_deb_version})")
if(BUILD_SHARED_LIBS)
  list(PREPEND codex_deb_dev "${codex_deb_libraries} (= ${codex_deb_version})")
elseif(CODEX_SDK_TLS)
  list(APPEND codex_deb_dev "libssl-dev (>= 3.0)")
endif()
if(TARGET codex_testing AND NOT BUILD_SHARED_LIBS)
  list(APPEND codex_deb_dev libcpp-httplib-dev pkg-config)
endif()
list(JOIN codex_deb_dev ", " CPACK_DEBIAN_DEV_PACKAGE_DEPENDS)
set(CPACK_DEBIAN_DEV_PACKAGE_NAME libcodex-sdk-dev)

# Debian wants the licence with each package.
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  foreach(component IN LISTS CPACK_COMPONENTS_ALL)
    string(TOUPPER ${component} name)
    install(FILES ${PROJECT_SOURCE_DIR}/LICENSE RENAME copyright COMPONENT ${component}
            DESTINATION share/doc/${CPACK_DEBIAN_${name}_PACKAGE_NAME})
  endforeach()
endif()

include(CPack)
