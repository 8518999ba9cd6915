# An overlay port: it builds the tree that it lies in.
get_filename_component(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../../../.." ABSOLUTE)

if(VCPKG_TARGET_IS_WINDOWS)
  vcpkg_check_linkage(ONLY_STATIC_LIBRARY) # it marks no function for export
endif()

vcpkg_check_features(
  OUT_FEATURE_OPTIONS FEATURE_OPTIONS
  FEATURES
    endpoint CODEX_SDK_WEBSOCKET
    testing  CODEX_SDK_BUILD_TESTING
    tls      CODEX_SDK_TLS
    tools    CODEX_SDK_BUILD_TOOLS
)

vcpkg_cmake_configure(
  SOURCE_PATH "${SOURCE_PATH}"
  OPTIONS
    ${FEATURE_OPTIONS}
    -DCODEX_SDK_INSTALL=ON
    -DCODEX_SDK_BUILD_TESTS=OFF
    -DCODEX_SDK_BUILD_EXAMPLES=OFF
    -DCODEX_SDK_GENERATE=OFF
    -DCMAKE_INSTALL_LIBEXECDIR=tools # codex-scripted-server
)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/codex-sdk)
vcpkg_fixup_pkgconfig()
if("tools" IN_LIST FEATURES)
  vcpkg_copy_tools(TOOL_NAMES codex-wire codex-codegen AUTO_CLEAN)
endif()

# codex-fetch-runtime is share/codex-sdk/tools/fetch_runtime; its link belongs nowhere here.
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include" "${CURRENT_PACKAGES_DIR}/debug/share"
                    "${CURRENT_PACKAGES_DIR}/debug/tools" "${CURRENT_PACKAGES_DIR}/share/doc")
foreach(bin IN ITEMS "${CURRENT_PACKAGES_DIR}/bin" "${CURRENT_PACKAGES_DIR}/debug/bin")
  file(REMOVE "${bin}/codex-fetch-runtime")
  file(GLOB left "${bin}/*")
  if(NOT left)
    file(REMOVE_RECURSE "${bin}")
  endif()
endforeach()

file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
