// expect: std::stop_token is missing: libc\+\+ .* needs -fexperimental-library
// A standard library that keeps std::stop_token behind a flag, as clang's does.

#include <stop_token>
#include <thread>
#include <version>

#ifndef RIGHT
#undef __cpp_lib_jthread
#endif

#include <codex/options.hpp>

codex::TurnOptions options_with(std::stop_token stop) { return {.stop = std::move(stop)}; }
