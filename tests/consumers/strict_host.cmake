# A host project's rules for its own files: the SDK's would not compile by them.
add_compile_options(-Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast)
set(CMAKE_COMPILE_WARNING_AS_ERROR ON)
set(CMAKE_UNITY_BUILD ON)
set(CMAKE_UNITY_BUILD_BATCH_SIZE 0) # all files of a target as one
