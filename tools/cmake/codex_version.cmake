# The SDK's version is that of the runtime whose protocol it speaks. In a release (tools/stage_sdk)
# the file VERSION says it, maybe with a fourth number: the SDK's own revision for that runtime.
set(codex_pin ${CMAKE_CURRENT_LIST_DIR}/../../schema/runtime.json)
set(codex_release ${CMAKE_CURRENT_LIST_DIR}/../../VERSION)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${codex_pin})

if(EXISTS ${codex_release})
  set(codex_is_release ON)
  file(STRINGS ${codex_release} codex_version LIMIT_COUNT 1)
else()
  set(codex_is_release OFF)
  file(READ ${codex_pin} codex_pin_text)
  string(JSON codex_version GET "${codex_pin_text}" version)
endif()
# CMake has no word for the "-alpha.1" of 0.170.0-alpha.1.
string(REGEX REPLACE "-.*" "" codex_numeric_version "${codex_version}")
