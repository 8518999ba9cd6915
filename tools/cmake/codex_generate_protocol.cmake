# codex_generate_protocol(TARGET name SCHEMA dir [RESPONSES file])
#
# Makes the library `name`: the C++ types of the schema in `dir`, with decode, encode and all that
# codex::protocol has, at build time, by codex-codegen. The types are included as codex::protocol's
# are (<codex/protocol.hpp>), and `name` takes the place of codex::protocol: a program links one of
# the two. `dir` has the layout of the SDK's schema/:
#
#   stable/        what `codex app-server generate-json-schema --out stable` writes
#   experimental/  the same with --experimental
#   runtime.json   { "version": "0.170.0" }: whose schema it is; may be missing
#   history.json   what other runtimes have (codex-codegen history add); may be missing
#   responses.json which type answers a method where the names do not tell; may be missing, then the
#                  SDK's own list is used, or RESPONSES
#   corrections.json   where the schema is wrong; may be missing, then the SDK's own list is used

function(codex_generate_protocol)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "TARGET;SCHEMA;RESPONSES" "")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_TARGET OR NOT arg_SCHEMA)
    message(FATAL_ERROR "usage: codex_generate_protocol(TARGET name SCHEMA dir [RESPONSES file])")
  endif()
  if(NOT TARGET codex::codegen OR NOT TARGET codex::protocol_support)
    message(FATAL_ERROR "codex_generate_protocol needs codex-codegen: build the SDK with "
                        "-DCODEX_SDK_BUILD_TOOLS=ON")
  endif()

  cmake_path(ABSOLUTE_PATH arg_SCHEMA BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  set(inputs)
  foreach(part stable experimental)
    set(bundle ${arg_SCHEMA}/${part}/codex_app_server_protocol.schemas.json)
    if(NOT EXISTS ${bundle})
      message(FATAL_ERROR "codex_generate_protocol: there is no ${bundle}; `codex app-server "
                          "generate-json-schema --out ${arg_SCHEMA}/${part}` writes it (with "
                          "--experimental for experimental/)")
    endif()
    list(APPEND inputs ${bundle})
  endforeach()
  foreach(file runtime.json history.json)
    if(EXISTS ${arg_SCHEMA}/${file})
      list(APPEND inputs ${arg_SCHEMA}/${file})
    endif()
  endforeach()
  set(responses ${arg_SCHEMA}/responses.json)
  if(arg_RESPONSES)
    cmake_path(ABSOLUTE_PATH arg_RESPONSES BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}
               OUTPUT_VARIABLE responses)
  elseif(NOT EXISTS ${responses})
    set(responses ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../../schema/responses.json)
  endif()
  set(corrections ${arg_SCHEMA}/corrections.json)
  if(NOT EXISTS ${corrections})
    set(corrections ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../../schema/corrections.json)
  endif()

  set(out ${CMAKE_CURRENT_BINARY_DIR}/${arg_TARGET})
  set(sources)
  foreach(name registry tables_everyday tables_1 tables_2 tables_3)
    list(APPEND sources ${out}/src/${name}.cpp)
  endforeach()
  # By a stamp, since the generator touches only files that change.
  add_custom_command(
    OUTPUT ${out}/stamp
    BYPRODUCTS ${sources}
    COMMAND codex::codegen generate --schema ${arg_SCHEMA} --responses ${responses} --corrections
            ${corrections} --out ${out}
    COMMAND ${CMAKE_COMMAND} -E touch ${out}/stamp
    DEPENDS codex::codegen ${inputs} ${responses} ${corrections}
    COMMENT "Generating the protocol types of ${arg_TARGET}"
    VERBATIM)
  add_custom_target(${arg_TARGET}_generate DEPENDS ${out}/stamp)

  add_library(${arg_TARGET} ${sources})
  add_dependencies(${arg_TARGET} ${arg_TARGET}_generate)
  target_include_directories(${arg_TARGET} PUBLIC ${out}/include)
  target_link_libraries(${arg_TARGET} PUBLIC codex::protocol_support)
  set_target_properties(${arg_TARGET} PROPERTIES CXX_EXTENSIONS OFF UNITY_BUILD OFF
                                                 POSITION_INDEPENDENT_CODE ON)
  codex_large_objects(${arg_TARGET})
  if(MSVC)
    target_compile_options(${arg_TARGET} PRIVATE /utf-8) # comments have letters beyond ASCII
  else()
    target_compile_options(${arg_TARGET} PRIVATE -ffunction-sections -fdata-sections)
  endif()
  codex_is_protocol(${arg_TARGET} ${arg_TARGET})
endfunction()

# The tables of all types have more sections than an object file for Windows may have as a rule.
function(codex_large_objects target)
  if(MSVC)
    target_compile_options(${target} PRIVATE /bigobj)
  elseif(MINGW)
    target_compile_options(${target} PRIVATE -Wa,-mbig-obj)
  endif()
endfunction()

# One program has one protocol: CMake refuses to link two.
function(codex_is_protocol target name)
  set_property(TARGET ${target} APPEND PROPERTY COMPATIBLE_INTERFACE_STRING CODEX_PROTOCOL)
  set_property(TARGET ${target} PROPERTY INTERFACE_CODEX_PROTOCOL ${name})
endfunction()
